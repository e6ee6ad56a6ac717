"""How the experiments of the part `seq3` are done, in both languages."""

ENGLISH: dict[str, str] = {}
"""By the name of the experiment: two to four sentences."""

JAPANESE: dict[str, str] = {}
"""The same in Japanese."""
