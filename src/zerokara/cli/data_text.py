"""`zerokara data` for texts and for sequences made by rule: their rows in the list, and what `show` says of them."""

import json as json_format
from pathlib import Path

from zerokara.cli.console import safe, say
from zerokara.cli.results import told, words
from zerokara.data.by_rule import SEQUENCES
from zerokara.data.text import TEXTS, Text, Vocabulary, load_text, text_place
from zerokara.data.text.corpora import PREFIX

_EXAMPLES = 6
_SHOWN = 240
"""Characters of a text."""


def is_text(name: str) -> bool:
    """Whether a name means a text or a sequence made by rule."""
    return name in TEXTS or name in SEQUENCES or name.startswith(PREFIX)


def facts_of_texts(data_dir: Path | None) -> dict[str, dict[str, str]]:
    """The texts and sequences for `list --json`."""
    texts = {n: {"description": e.description, "place": text_place(n, data_dir)} for n, e in TEXTS.items()}
    return texts | {
        n: {"description": e.description, "place": "comes with the installation"} for n, e in SEQUENCES.items()
    }


def rows_of_texts(data_dir: Path | None) -> list[list[str]]:
    """The rows of `list`."""
    rows = [[name, words(e.description), safe(words(text_place(name, data_dir)))] for name, e in TEXTS.items()]
    rows.append(["text:FILE", told("own-text"), ""])
    here = words("comes with the installation")
    return rows + [[name, words(entry.description), here] for name, entry in SEQUENCES.items()]


def show_text(name: str, *, data_dir: Path | None, json: bool, download: bool = True, brief: bool = False) -> None:
    """How much of it there is, and its begin (not if brief)."""
    if name in SEQUENCES:
        _show_sequence(name, json=json)
        return
    text = load_text(name, data_dir=data_dir, download=download)
    tokens = {size: Vocabulary.of(part, text.tokenizer).encode(part) for size, part in _parts(text).items()}
    types = len(Vocabulary.of(text.train, text.tokenizer))
    if json:
        counts = {part: {"characters": len(_parts(text)[part]), "tokens": len(ids)} for part, ids in tokens.items()}
        facts = {"name": text.name, "source": text.source, "tokenizer": text.tokenizer, "types": types, **counts}
        say(json_format.dumps(facts))
        return
    say(
        told(
            "shown-text",
            name=safe(text.name),
            training=f"{len(tokens['training']):,}",
            test=f"{len(tokens['test']):,}",
            types=f"{types:,}",
            source=safe(words(text.source)),
        )
    )
    if not brief:
        say()
        say(safe(text.train[:_SHOWN]))


def _parts(text: Text) -> dict[str, str]:
    return {"training": text.train, "test": text.test}


def _show_sequence(name: str, *, json: bool) -> None:
    entry = SEQUENCES[name]
    examples = entry.examples(_EXAMPLES)
    if json:
        say(json_format.dumps({"name": name, "description": entry.description, "examples": examples}))
        return
    say(told("name", name=name, what=words(entry.description)))
    say()
    for line in examples:
        say(safe(line))
