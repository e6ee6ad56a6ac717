"""How the network of symbols learns: what it is shown, by formulas and by fonts, and its training."""
