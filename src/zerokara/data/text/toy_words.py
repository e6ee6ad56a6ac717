"""What the choices of the small language are written as, in English and in Japanese."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from zerokara.data.text.grammar import Symbol
    from zerokara.data.text.toy import Noun

    Row = tuple[Symbol, ...]

_PERSONS = {
    ("he", "royal", "old"): ("king", "kings", "王"),
    ("she", "royal", "old"): ("queen", "queens", "女王"),
    ("he", "royal", "young"): ("prince", "princes", "王子"),
    ("she", "royal", "young"): ("princess", "princesses", "王女"),
    ("he", "common", "old"): ("man", "men", "男"),
    ("she", "common", "old"): ("woman", "women", "女"),
    ("he", "common", "young"): ("boy", "boys", "少年"),
    ("she", "common", "young"): ("girl", "girls", "少女"),
}
_ANIMALS = (("dog", "dogs", "犬"), ("cat", "cats", "猫"), ("horse", "horses", "馬"), ("bird", "birds", "鳥"))
_ADJECTIVES = {
    "royal": (("rich", "裕福な"), ("noble", "気高い")),
    "common": (("poor", "貧しい"), ("busy", "忙しい")),
    "old": (("old", "年老いた"), ("grey", "白髪の")),
    "young": (("young", "若い"), ("little", "幼い")),
    "animal": (("wild", "野生の"), ("tame", "おとなしい"), ("hungry", "空腹な"), ("brown", "茶色い")),
}
_PLACES = {"royal": (("castle", "城"), ("palace", "宮殿")), "common": (("village", "村"), ("market", "市場"))}
_TRANSITIVE = {  # the verb, and what it takes: third person, plural, past; present and past in Japanese
    "see": (("sees", "see", "saw"), ("見る", "見た"), "anyone", "を"),
    "feed": (("feeds", "feed", "fed"), ("養う", "養った"), "animal", "を"),
    "meet": (("meets", "meet", "met"), ("会う", "会った"), "person", "に"),
    "leave": (("leaves", "leave", "left"), ("去る", "去った"), "place", "を"),
}
_INTRANSITIVE = {
    "sleep": (("sleeps", "sleep", "slept"), ("眠る", "眠った")),
    "sing": (("sings", "sing", "sang"), ("歌う", "歌った")),
    "walk": (("walks", "walk", "walked"), ("歩く", "歩いた")),
    "wait": (("waits", "wait", "waited"), ("待つ", "待った")),
}
_ADVERBS = {
    "sleep": (("deeply", "深く"), ("quietly", "静かに")),
    "sing": (("loudly", "大声で"), ("sweetly", "甘く")),
    "walk": (("slowly", "ゆっくり"), ("quickly", "早く")),
    "wait": (("calmly", "落ち着いて"), ("patiently", "辛抱強く")),
}
_KNOWING = (("sees", "see", "見る"), ("knows", "know", "知る"), ("likes", "like", "好む"))

KINDS: dict[str, str] = (
    {word: "person" for row in _PERSONS.values() for word in row}
    | {word: "animal" for row in _ANIMALS for word in row}
    | {word: "adjective" for rows in _ADJECTIVES.values() for row in rows for word in row}
    | {word: "place" for rows in _PLACES.values() for row in rows for word in row}
    | {word: "verb" for forms, japanese, *_ in _TRANSITIVE.values() for word in (*forms, *japanese)}
    | {word: "verb" for forms, japanese in _INTRANSITIVE.values() for word in (*forms, *japanese)}
    | {word: "verb" for row in _KNOWING for word in row}
    | {word: "adverb" for rows in _ADVERBS.values() for row in rows for word in row}
)
"""The kind of every word of both languages that has one: person, animal, verb, adjective, place, adverb."""


class Words(Protocol):
    """How a language writes the choices down; every row is symbols and words in their order."""

    adverbs: ClassVar[dict[str, tuple[str, ...]]]

    def sentence(self, tense: str, noun: Noun, plural: bool) -> Row:
        """A sentence of this tense with this subject."""
        ...

    def clause(self, noun: Noun, plural: bool) -> Row:
        """The clause after or before a noun."""
        ...

    def the(self, noun: Noun, plural: bool) -> Row:
        """A noun phrase."""
        ...

    def adjectives(self, noun: Noun) -> tuple[str, ...]:
        """The adjectives that a noun may have."""
        ...

    def knowing(self, plural: bool) -> tuple[str, ...]:
        """The verbs of a clause."""
        ...

    def transitive(self, tense: str, noun: Noun, plural: bool) -> tuple[Row, ...]:
        """Predicates with an object."""
        ...

    def intransitive(self, tense: str, noun: Noun, plural: bool) -> tuple[Row, ...]:
        """Predicates without one."""
        ...

    def near(self, noun: Noun) -> Row:
        """Where it happens."""
        ...

    def places(self, noun: Noun) -> tuple[Row, ...]:
        """The places that a subject may be at."""
        ...

    def friends(self, noun: Noun, plural: bool) -> Row:
        """With whom."""
        ...


class _English:
    adverbs: ClassVar[dict[str, tuple[str, ...]]] = {
        verb: tuple(english for english, _ in row) for verb, row in _ADVERBS.items()
    }

    def sentence(self, tense: str, noun: Noun, plural: bool) -> Row:
        time = "yesterday" if tense == "past" else "today"
        predicate, friends = ("predicate", tense, noun, plural), ("friends", noun, plural)
        return (time, ("the", noun, plural), ("clause",), predicate, friends, ".")

    def clause(self, noun: Noun, plural: bool) -> Row:
        return ("that", ("the", noun, plural), ("knows", plural))

    def the(self, noun: Noun, plural: bool) -> Row:
        forms = _ANIMALS[noun.animal] if noun.person is None else _PERSONS[noun.person]
        return ("the", ("adjective", noun), forms[plural])

    def adjectives(self, noun: Noun) -> tuple[str, ...]:
        return tuple(english for english, _ in _described(noun))

    def knowing(self, plural: bool) -> tuple[str, ...]:
        return tuple(row[plural] for row in _KNOWING)

    def transitive(self, tense: str, noun: Noun, plural: bool) -> tuple[Row, ...]:
        form = _form(tense, plural)
        return tuple((forms[form], _object(takes, noun)) for forms, _, takes, _ in _TRANSITIVE.values())

    def intransitive(self, tense: str, noun: Noun, plural: bool) -> tuple[Row, ...]:
        form = _form(tense, plural)
        return tuple((f[form], ("adverb", verb), ("near", noun)) for verb, (f, _) in _INTRANSITIVE.items())

    def near(self, noun: Noun) -> Row:
        return ("near", ("place", noun))

    def places(self, noun: Noun) -> tuple[Row, ...]:
        return tuple(("the", english) for english, _ in _reached(noun))

    def friends(self, noun: Noun, plural: bool) -> Row:
        owner = "their" if plural else {"he": "his", "she": "her"}[noun.person[0]] if noun.person else "its"
        return ("with", owner, "friends")


class _Japanese:
    adverbs: ClassVar[dict[str, tuple[str, ...]]] = {
        verb: tuple(japanese for _, japanese in row) for verb, row in _ADVERBS.items()
    }

    def sentence(self, tense: str, noun: Noun, plural: bool) -> Row:
        time = "昨日" if tense == "past" else "今日"
        predicate, friends = ("predicate", tense, noun, plural), ("friends", noun, plural)
        return (time, ("clause",), ("the", noun, plural), "が", friends, predicate, "。")

    def clause(self, noun: Noun, plural: bool) -> Row:
        return (("the", noun, plural), "が", ("knows", plural))

    def the(self, noun: Noun, plural: bool) -> Row:
        word = (_ANIMALS[noun.animal] if noun.person is None else _PERSONS[noun.person])[2]
        return (("adjective", noun), word, *(("たち",) if plural else ()))

    def adjectives(self, noun: Noun) -> tuple[str, ...]:
        return tuple(japanese for _, japanese in _described(noun))

    def knowing(self, plural: bool) -> tuple[str, ...]:
        return tuple(row[2] for row in _KNOWING)

    def transitive(self, tense: str, noun: Noun, plural: bool) -> tuple[Row, ...]:
        past = tense == "past"
        return tuple((_object(takes, noun), mark, forms[past]) for _, forms, takes, mark in _TRANSITIVE.values())

    def intransitive(self, tense: str, noun: Noun, plural: bool) -> tuple[Row, ...]:
        past = tense == "past"
        return tuple((("near", noun), ("adverb", verb), f[past]) for verb, (_, f) in _INTRANSITIVE.items())

    def near(self, noun: Noun) -> Row:
        return (("place", noun), "の", "近く", "で")

    def places(self, noun: Noun) -> tuple[Row, ...]:
        return tuple((japanese,) for _, japanese in _reached(noun))

    def friends(self, noun: Noun, plural: bool) -> Row:
        owner = "彼らの" if plural else {"he": "彼の", "she": "彼女の"}[noun.person[0]] if noun.person else "その"
        return (owner, "友達", "と")


def _described(noun: Noun) -> tuple[tuple[str, str], ...]:
    """The adjectives of a noun: those of its rank and of its age, or those of animals."""
    if noun.person is None:
        return _ADJECTIVES["animal"]
    _, rank, age = noun.person
    return _ADJECTIVES[rank] + _ADJECTIVES[age]


def _reached(noun: Noun) -> tuple[tuple[str, str], ...]:
    """The places of a subject: those of its rank; of an animal all four."""
    return _PLACES["royal"] + _PLACES["common"] if noun.person is None else _PLACES[noun.person[1]]


def _object(takes: str, subject: Noun) -> Symbol:
    return ("place", subject) if takes == "place" else ("somebody", takes)


def _form(tense: str, plural: bool) -> int:
    """The place of a verb's form: third person, plural, past."""
    return 2 if tense == "past" else int(plural)


ENGLISH: Words = _English()
JAPANESE: Words = _Japanese()
