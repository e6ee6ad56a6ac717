"""The part `gen`: its experiments, and what the program of each gives, beside what the experiment found."""

from tests.experiments.parts.kinds import Same

CATALOGUE = (
    "central-limit maximum-likelihood em-mixture noise-schedule diffusion-2d schedule-mismatch guidance "
    "diffusion-digits"
)
"""The names, in their order."""

SAME: Same = {
    "central-limit": lambda p, r: (p["apart"], r["apart"]),
    "maximum-likelihood": lambda p, r: (p["fit"], r["fit"]),
    "schedule-mismatch": lambda p, r: (p["told"], r["told"][0, :, 0]),
    "em-mixture": lambda p, r: (p["likelihood"], r["likelihood"]),
    "noise-schedule": lambda p, r: ([*p["kept"], *p["pictures"].ravel()], [*r["kept"], *r["pictures"].ravel()]),
    "diffusion-2d": lambda p, r: ([p["distance"], *p["losses"]], [r["told"][-1, 0], *r["ring losses"]]),
    "guidance": lambda p, r: (p["shares"], r["told"][:, 0]),
    "diffusion-digits": lambda p, r: ([*p["losses"]], [*r["losses"]]),
}
"""(names of the program, result) → what the program gives, and what the experiment found."""

LEARNED: set[str] = {"diffusion-2d", "guidance", "diffusion-digits", "schedule-mismatch"}
"""Experiments that train a network."""
