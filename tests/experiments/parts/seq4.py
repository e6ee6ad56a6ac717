"""The part `seq4`: its experiments, and what the program of each gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts.kinds import Same

CATALOGUE = (
    "gradient-through-time gradient-clipping cell-gradient lstm-gates adding-problem gru-two-forms "
    "deeper-and-dropout both-directions padding-and-lengths"
)
"""The names, in their order."""

SAME: Same = {
    "lstm-gates": lambda p, r: ([p["cells"], p["y"].data[:, 0, 0]], [r["c"], r["h"]]),
    "deeper-and-dropout": lambda p, r: (np.log(list(p["found"].values())), np.log(r["new"][0])),
    "both-directions": lambda p, r: (p["accuracy"], r["accuracy"][:, -1]),
    "padding-and-lengths": lambda p, r: ([p["told"], p["alone"]], [r["told"], r["alone"]]),
    "gradient-through-time": lambda p, r: (list(p["norms"].values()), r["norms"]),
    "gradient-clipping": lambda p, r: ([p["norm"], *p["after"].ravel()], [r["norm"], *r["after"].ravel()]),
    "cell-gradient": lambda p, r: (np.log(list(p["found"].values())), np.log(r["ratio"][:3])),
    "adding-problem": lambda p, r: (p["losses"], r["gru.losses"]),
    "gru-two-forms": lambda p, r: (
        [p["after"].data[:, 0], p["before"].data[:, 0]],
        [r["torch"], r["before"]],
    ),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED = {"deeper-and-dropout", "adding-problem", "both-directions"}
"""Experiments that train a network."""
