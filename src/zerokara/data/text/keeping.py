"""The vocabulary of a run, beside its weights: `vocabulary.json` in the run's folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from zerokara.data.dataset import DataError
from zerokara.data.text.byte_pairs import BytePairs
from zerokara.data.text.tokenizers import TOKENIZERS
from zerokara.data.text.vocabulary import Vocabulary
from zerokara.paths import as_path

VOCABULARY = "vocabulary.json"
"""The file's name in the folder of a run."""

AnyVocabulary = Vocabulary | BytePairs


def vocabulary_from(described: Any) -> AnyVocabulary:
    """The vocabulary that `to_json` described. DataError for anything else."""
    kind = described.get("kind") if isinstance(described, dict) else None
    try:
        if kind == "byte-pairs":
            return BytePairs(tuple((a, b) for a, b in described["merges"]))
        if isinstance(kind, str) and kind in TOKENIZERS:
            return Vocabulary(tuple(described["tokens"]), TOKENIZERS[kind](), described.get("unknown"))
    except KeyError as error:
        raise DataError(f"this is no vocabulary: it has no {error}") from error
    except DataError as error:
        raise DataError(f"this is no vocabulary: {error}") from error
    except (TypeError, ValueError) as error:
        raise DataError("this is no vocabulary: merges are pairs of tokens, and tokens are texts") from error
    raise DataError(f"a vocabulary is of the kind {', '.join(TOKENIZERS)} or byte-pairs; got {kind!r}")


def write_vocabulary(vocabulary: AnyVocabulary, folder: Path) -> Path:
    """Write vocabulary.json into a folder, and return where it is."""
    path = as_path(folder, "the folder of a vocabulary") / VOCABULARY
    part = path.with_suffix(".json.part")
    try:
        part.write_text(json.dumps(vocabulary.to_json(), ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}") from error
    return path


def read_vocabulary(folder: Path) -> AnyVocabulary:
    """The vocabulary of a run's folder. DataError where there is none, or something else."""
    path = as_path(folder, "the folder of a vocabulary") / VOCABULARY
    try:
        return vocabulary_from(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise DataError(f"{folder} has no {VOCABULARY}: it is not the run of a language model") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        told = error if isinstance(error, DataError) else "it is no JSON in UTF-8"
        raise DataError(f"{path}: {told}") from error
