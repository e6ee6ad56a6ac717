"""The part `seq7`: its experiments, and what the program of each gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts.kinds import Same

CATALOGUE = (
    "scaled-dot-product causal-mask multi-head positions layer-norm gpt-addition repeat-and-copy gpt-characters "
    "kv-cache bpe-merges rnn-or-transformer"
)
"""The names, in their order."""

SAME: Same = {
    "scaled-dot-product": lambda p, r: (
        [*np.transpose(p["variances"]).ravel(), *np.transpose(p["largest"]).ravel()],
        [*r["variances"].ravel(), *r["plain.largest"], *r["scaled.largest"]],
    ),
    "causal-mask": lambda p, r: (list(p["moved"].values()), [r["causal.moved"], r["free.moved"]]),
    "multi-head": lambda p, r: (list(p["found"].values()), [r[f"{h}.y"] for h in p["found"]]),
    "positions": lambda p, r: (list(p["products"].values()), [r[f"{kind}.products"] for kind in p["products"]]),
    "layer-norm": lambda p, r: ([p["layer"], p["rms"], p["batch"]], [r["layer.y"], r["rms.y"], r["batch.y"]]),
    "bpe-merges": lambda p, r: ([*np.ravel(p["pairs"].merges), p["ratio"]], [*r["merges"].ravel(), r["ratio"][-1]]),
    "rnn-or-transformer": lambda p, r: (list(p["found"].values()), [r[f"{kind}.perplexity"] for kind in p["found"]]),
    "gpt-addition": lambda p, r: (
        [*p["losses"], p["right"].mean()],
        [*r["reversed.losses"], r["reversed.right"][-1].mean()],
    ),
    "repeat-and-copy": lambda p, r: (
        list(p["found"].values()),
        [(r[f"{n}.losses"][-1], r[f"{n}.accuracy"][-1]) for n in p["found"]],
    ),
    "gpt-characters": lambda p, r: ([*p["losses"], p["judged"]], [*r["losses"], r["judged"][-1]]),
    "kv-cache": lambda p, r: ([p["scores"][True], p["scores"][False]], [r["stored.scores"], r["anew.scores"]]),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED: set[str] = {"gpt-addition", "repeat-and-copy", "gpt-characters", "rnn-or-transformer"}
"""Experiments that train a network."""
