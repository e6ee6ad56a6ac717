"""What is known of the parts beside the chapters: their experiments, and what their programs give."""

from types import ModuleType

from tests.experiments.parts import ae, dz, gen, seq1, seq2, seq3, seq4, seq5, seq6, seq7

PARTS: dict[str, ModuleType] = {
    "seq1": seq1,
    "seq2": seq2,
    "seq3": seq3,
    "seq4": seq4,
    "seq5": seq5,
    "seq6": seq6,
    "seq7": seq7,
    "ae": ae,
    "gen": gen,
    "dz": dz,
}
"""Each has a CATALOGUE, SAME and LEARNED."""
