"""The part `seq3`: its experiments, and what the program of each gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts.kinds import Same

CATALOGUE = (
    "rnn-by-hand bptt-by-hand perplexity memorise-1000-words "
    "rnn-language-model carry-the-state truncated-bptt sine-prediction"
)
"""The names, in their order."""

SAME: Same = {
    "rnn-by-hand": lambda p, r: (p["states"], r["states"]),
    "bptt-by-hand": lambda p, r: ([sum(p["shares"]), p["W_hh"].grad], [r["d_hh"], r["share_hh"].sum(axis=0)]),
    "perplexity": lambda p, r: ([*p["found"], p["uniform"]], [*r["n_gram"], r["uniform"]]),
    "memorise-1000-words": lambda p, r: (np.log(p["found"]), np.log([r["seen"][-1], r["unseen"][-1]])),
    "rnn-language-model": lambda p, r: (
        np.log(list(p["found"].values())),
        np.log([r[f"{kind}.test"][-1] for kind in p["found"]]),
    ),
    "carry-the-state": lambda p, r: (np.log(list(p["found"].values())), np.log(r["test"].ravel())),
    "truncated-bptt": lambda p, r: (list(p["found"].values()), r["accuracy"][0]),
    "sine-prediction": lambda p, r: (p["ahead"], r["rnn.ahead"]),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED = {"memorise-1000-words", "rnn-language-model", "carry-the-state", "truncated-bptt", "sine-prediction"}
"""Experiments that train a network."""
