"""The part `seq4`: its experiments, and what the program of each gives, beside what the experiment found."""

import numpy as np

from tests.experiments.parts.kinds import Same

CATALOGUE = "gradient-through-time gradient-clipping cell-gradient adding-problem gru-two-forms"
"""The names, in their order."""

SAME: Same = {
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

LEARNED = {"adding-problem"}
"""Experiments that train a network."""
