"""`beam-search`: the most probable next word is not always the way to the most probable sentence."""
