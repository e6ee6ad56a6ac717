"""A text that a network has written, as blocks of a report: how sure it was, what it looked at, what it remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zerokara.arrays import Array
from zerokara.autodiff import no_grad
from zerokara.data.text import AnyVocabulary, Vocabulary
from zerokara.explain import follow_units, gradient_by_token, heads, nearest_words
from zerokara.models import GPT, LanguageModel
from zerokara.nn import Module
from zerokara.report import (
    Axis,
    Cell,
    Figure,
    Lang,
    Line,
    Table,
    Text,
    attention_map,
    chart,
    coloured_text,
    significant,
)

LAST, LOOKED, REACHED = 160, 24, 40
"""So many tokens of the text's end are coloured; so many an attention map has; so far back the gradient is followed."""

ENDS = (".", "!", "?", "。", "！", "？", "\n")
"""Tokens behind which a sentence or line is over."""

NEIGHBOURS, WORDS = 5, 8

TEXTS: dict[str, Text] = {
    "surprise": Text(
        "How much each token surprised the network", "各トークンはネットワークにとってどれほど意外だったか"
    ),
    "bits": Text("bits, −log₂ p", "ビット −log₂ p"),
    "surprise-note": Text(
        "p: what the network gave the token, from those before it, at temperature 1. The deeper, the less expected. "
        "The last {n} tokens of {all}.",
        "p は、それまでのトークンからネットワークが与えた確率（温度 1）。濃いほど意外。"
        "全 {all} トークンの最後の {n} 個。",
    ),
    "reach": Text("How far back the next token reaches", "次のトークンはどこまでさかのぼるか"),
    "back": Text("steps back", "さかのぼるステップ数"),
    "norm": Text("gradient", "勾配"),
    "reach-note": Text(
        "The length of ∂(score of the likeliest next token)/∂(vector of each token read). One step back multiplies it "
        "by {factor} on average: below 1 it vanishes, above 1 it explodes.",
        "（最も確からしい次のトークンの得点）を（読んだ各トークンのベクトル）で微分した勾配の長さ。"
        "1 ステップさかのぼるごとに平均 {factor} 倍。1 未満なら消失、1 より大きければ爆発。",
    ),
    "follows": Text("Unit {unit} follows: {signal}", "ユニット {unit} が追うもの：{signal}"),
    "follows-note": Text(
        "What the unit holds ({of}) after every token. Of all {units} units it goes most with this; correlation {r}.",
        "各トークンの後にユニットが保持する値（{of}）。{units} 個のユニットのうち、これと最もよく連動する。"
        "相関係数 {r}。",
    ),
    "in-sentence": Text("the place in the sentence or line", "文や行の中の位置"),
    "in-word": Text("the place in the word", "単語の中の位置"),
    "capital": Text("capital letters", "大文字"),
    "most": Text("Unit {unit}, which changes most", "最も変化するユニット {unit}"),
    "most-note": Text(
        "What the unit holds ({of}) after every token.", "各トークンの後にユニットが保持する値（{of}）。"
    ),
    "value": Text("value", "値"),
    "c": Text("memory c", "記憶 c"),
    "h": Text("state h", "状態 h"),
    "looks": Text("What the heads of block {block} look at", "ブロック {block} のヘッドが見ているところ"),
    "looks-note": Text(
        "The last {n} tokens. It shows where a head looked, not why the answer was what it was.",
        "最後の {n} トークン。どこを見たかを示す図で、答えの理由ではない。",
    ),
    "reads": Text("token", "トークン"),
    "looked-at": Text("looked at", "見た相手"),
    "near": Text("Words with the nearest vectors", "ベクトルが最も近い単語"),
    "word": Text("word", "単語"),
    "neighbours": Text("nearest, with the cosine", "近い単語（コサイン）"),
}


def blocks(model: Module, vocabulary: AnyVocabulary, ids: Sequence[int], lang: Lang) -> list[Figure | Table]:
    """What there is to see of a text of at least one token, and of the network that has read it."""
    text = np.asarray(ids)
    found: list[Figure | Table] = [surprise(model, vocabulary, text, lang)]
    if isinstance(model, GPT):
        found += looks(model, vocabulary, text, lang)
    if isinstance(model, LanguageModel):
        found += [*followed(model, vocabulary, text, lang), reach(model, text, lang)]
    if isinstance(vocabulary, Vocabulary) and vocabulary.tokenizer.name != "characters":
        found.append(neighbours(model, vocabulary, text, lang))
    return found


def surprise(model: Any, vocabulary: AnyVocabulary, text: Array, lang: Lang) -> Figure:
    """−log₂ p of every token, from those before it; the first one of a text has none before it."""
    read = text[-(getattr(model, "context", len(text))) :]
    with no_grad():
        scores = np.asarray(model(read[None])[0].data[0], np.float64)
    log_p = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    bits = np.append(np.nan, -log_p[np.arange(len(read) - 1), read[1:]] / np.log(2))
    shown = _tokens(vocabulary, read[-LAST:])
    note = TEXTS["surprise-note"](lang, n=len(shown), all=len(text))
    return _coloured(TEXTS["surprise"](lang), vocabulary, shown, bits[-LAST:], TEXTS["bits"](lang), lang, note)


def followed(model: LanguageModel, vocabulary: AnyVocabulary, text: Array, lang: Lang) -> list[Figure]:
    """The units that follow what can be counted in a text, and the one that changes most, as coloured texts."""
    held = follow_units(model, text)
    tokens = _tokens(vocabulary, text)
    shown, of, found = tokens[-LAST:], TEXTS[held.of](lang), []
    for name, signal in _signals(tokens).items():
        if np.ptp(signal) > 0:
            unit, r = held.most(signal)
            title = TEXTS["follows"](lang, unit=unit + 1, signal=TEXTS[name](lang))
            note = TEXTS["follows-note"](lang, of=of, units=held.values.shape[1], r=significant(r, 2))
            found.append(_coloured(title, vocabulary, shown, held.values[-LAST:, unit], of, lang, note))
    unit = int(held.values.std(axis=0).argmax())
    title, note = TEXTS["most"](lang, unit=unit + 1), TEXTS["most-note"](lang, of=of)
    return [*found, _coloured(title, vocabulary, shown, held.values[-LAST:, unit], of, lang, note)]


def reach(model: LanguageModel, text: Array, lang: Lang) -> Figure:
    """How much each of the last tokens moves the next one, against the steps back."""
    found = gradient_by_token(model, text[-REACHED:])
    norms = found.norms[::-1]
    factor = "–" if np.isnan(found.factor) else significant(found.factor, 3)
    shown = norms > 0  # what has vanished entirely has no place on a log scale
    return chart(
        TEXTS["reach"](lang),
        [Line(TEXTS["norm"](lang), np.arange(len(norms))[shown], norms[shown])],
        Axis(TEXTS["back"](lang), whole=True),
        Axis(TEXTS["norm"](lang), log=True),
        lang=lang,
        note=TEXTS["reach-note"](lang, factor=factor),
    )


def looks(model: GPT, vocabulary: AnyVocabulary, text: Array, lang: Lang) -> list[Figure]:
    """A map for every head of every block, over the last tokens."""
    read = text[-min(LOOKED, model.context) :]
    maps = heads(model, read[None], rows=_tokens(vocabulary, read))
    return [
        attention_map(
            TEXTS["looks"](lang, block=i + 1),
            one.weights,
            one.rows,
            one.columns,
            row_name=TEXTS["reads"](lang),
            column_name=TEXTS["looked-at"](lang),
            lang=lang,
            note=TEXTS["looks-note"](lang, n=len(read)),
        )
        for i, one in enumerate(maps.values())
    ]


def neighbours(model: Any, vocabulary: Vocabulary, text: Array, lang: Lang) -> Table:
    """The nearest words of those that the text has most often."""
    ids, counts = np.unique(text, return_counts=True)
    words = [vocabulary.tokens[i] for i in ids[np.argsort(-counts, kind="stable")]]
    asked = [word for word in words if any(c.isalnum() for c in word)][:WORDS]
    rows: list[list[Cell]] = []
    for word in asked:
        near = nearest_words(model.embedding.weight, word, vocabulary.tokens, NEIGHBOURS)
        rows.append([word, ", ".join(f"{one.word} {one.cosine:.2f}" for one in near)])
    return Table([TEXTS["word"](lang), TEXTS["neighbours"](lang)], rows, TEXTS["near"](lang))


def _signals(tokens: Sequence[str]) -> dict[str, Array]:
    """What can be counted along a text, a number for every token."""
    sentence, word, places = -1, -1, []
    for token in tokens:
        sentence, word = sentence + 1, 0 if token.isspace() else word + 1
        places.append((sentence, word))
        sentence = -1 if token in ENDS else sentence
    by_character = any(token.isspace() for token in tokens)
    counted = np.array(places, np.float64)
    capital = np.array([float(token[:1].isupper()) for token in tokens])
    return {"in-sentence": counted[:, 0], **({"in-word": counted[:, 1]} if by_character else {}), "capital": capital}


def _tokens(vocabulary: AnyVocabulary, ids: Array) -> list[str]:
    if isinstance(vocabulary, Vocabulary):
        return vocabulary.tokens_of(ids)
    return [vocabulary.decode([int(i)]) for i in ids]


def _coloured(
    title: str, vocabulary: AnyVocabulary, tokens: Sequence[str], values: Array, name: str, lang: Lang, note: str
) -> Figure:
    words = isinstance(vocabulary, Vocabulary) and vocabulary.tokenizer.name != "characters"
    return coloured_text(title, tokens, values, name, between=" " if words else "", lang=lang, note=note)
