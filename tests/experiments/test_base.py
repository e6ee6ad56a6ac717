"""Settings of experiments: from Python or as texts from a command line, and what is refused."""

from dataclasses import dataclass
from typing import Any

import pytest

from zerokara.experiments.base import Experiment, knob, with_settings


@dataclass(frozen=True)
class Sample(Experiment):
    """A sample."""

    name = "sample"
    chapter = 1

    count: int = knob(3, "a count", "個数", low=1, high=10)
    rate: float = knob(0.5, "a rate", "率", low=0, high=1)
    sizes: tuple[int, ...] = knob((4, 5), "sizes", "大きさ", low=1, least=2)
    kind: str = knob("plain", "a kind", "種類", choices=("plain", "fancy"))
    on: bool = knob(False, "on or off", "オン・オフ")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"count": "7"}, {"count": 7}),
        ({"rate": "1e-3"}, {"rate": 0.001}),
        ({"rate": 1}, {"rate": 1.0}),
        ({"sizes": "1, 2,3"}, {"sizes": (1, 2, 3)}),
        ({"sizes": [8, 9]}, {"sizes": (8, 9)}),
        ({"kind": "fancy"}, {"kind": "fancy"}),
        ({"on": "yes"}, {"on": True}),
        ({"on": "0"}, {"on": False}),
    ],
)
def test_texts_become_what_is_wanted(given: dict[str, Any], expected: dict[str, Any]) -> None:
    changed = with_settings(Sample(), given)
    assert changed.settings == {**Sample().settings, **expected}
    assert changed.changed == {k: v for k, v in expected.items() if v != Sample().settings[k]}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"cuont": 3}, "sample has no setting 'cuont': did you mean count"),
        ({"count": "3.5"}, "count is a whole number; got '3.5'"),
        ({"count": 2.5}, "count is a whole number; got 2.5"),
        ({"count": 0}, "count lies between 1 and 10; got 0"),
        ({"rate": "fast"}, "rate is a number; got 'fast'"),
        ({"rate": "nan"}, "rate lies between 0 and 1; got nan"),
        ({"rate": float("inf")}, "rate lies between 0 and 1; got inf"),
        ({"rate": None}, "rate is a number; got None"),
        ({"sizes": "3"}, "sizes has at least 2 values, separated by commas; got 1"),
        ({"sizes": ""}, "sizes has at least 2 values"),
        ({"sizes": "0,1"}, "sizes lies at 1 or above; got 0"),
        ({"sizes": "a,b"}, "sizes is a whole number; got 'a'"),
        ({"kind": "fancyy"}, "no kind 'fancyy': did you mean fancy"),
        ({"on": "perhaps"}, "on is yes or no; got 'perhaps'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        with_settings(Sample(), given)
