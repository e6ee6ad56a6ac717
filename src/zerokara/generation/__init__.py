"""Texts from a model: token by token, drawn or greedily, or by beam search. State is an argument and a result."""

from zerokara.generation.beams import Beam, beam_search
from zerokara.generation.choosing import Choice, GenerationError, next_probabilities, sample
from zerokara.generation.reading import Reading, read
from zerokara.generation.writing import generate, stream
from zerokara.refusing import speaking

__all__ = [
    "Beam",
    "Choice",
    "GenerationError",
    "Reading",
    "beam_search",
    "generate",
    "next_probabilities",
    "read",
    "sample",
    "stream",
]

speaking(globals(), __all__)
