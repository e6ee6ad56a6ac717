"""Settings and links: what a link says comes back, here and in the browser, and nonsense is left out and named."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.studio.test_frames import JS, needs_node, node
from zerokara.studio import state


@st.composite
def settings(draw: st.DrawFn) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, setting in state.DRAW.items():
        if isinstance(setting, state.Number):
            steps = round((setting.high - setting.low) / setting.step)
            values[name] = round(setting.low + setting.step * draw(st.integers(0, steps)), 6)
        elif isinstance(setting, state.Choice):
            values[name] = draw(st.sampled_from(setting.choices))
        else:
            values[name] = draw(st.text("abcXYZ019-_", max_size=40))
    return values


@given(settings())
def test_a_link_gives_back_what_it_was_made_of(values: dict[str, object]) -> None:
    assert state.parse_link(state.link_of("draw", values)) == ("draw", values, [])


def test_defaults_do_not_stand_in_a_link() -> None:
    defaults = {name: setting.default for name, setting in state.DRAW.items()}
    assert state.link_of("draw", defaults) == "#v=1&p=draw"
    assert state.parse_link("") == ("draw", defaults, [])


@pytest.mark.parametrize(
    ("fragment", "bad"),
    [
        ("#v=2", ["v"]),
        ("#p=nowhere", ["p"]),
        ("#turn=nan", ["turn"]),
        ("#turn=inf", ["turn"]),
        ("#turn=91", ["turn"]),
        ("#turn=", ["turn"]),
        ("#strokes=<script>", ["strokes"]),
        ("#nothing=1&size=1.2", ["nothing"]),
        ("#lang=ja", []),
    ],
)
def test_nonsense_is_left_out_and_named(fragment: str, bad: list[str]) -> None:
    page, values, named = state.parse_link(fragment)
    assert (page, named) == ("draw", bad)
    assert values["turn"] == 0


@needs_node
def test_the_browser_understands_the_same_links(tmp_path: Path) -> None:
    links = [
        state.link_of("draw", {"turn": 12.0, "size": 0.85, "strokes": "AB-_9"}),
        "#v=1&p=draw&turn=nan&lean=-0.5&x=1", "#p=nowhere&strokes=%3Cb%3E", "#lang=ja&noise=3.5", "", "#v=9", "#turn=", "#turn=1e1",
    ]  # fmt: skip
    program = f"""
import {{ linkOf, parseLink }} from {json.dumps((JS / "state.js").as_uri())};
const table = {json.dumps(state.table())}, links = {json.dumps(links)};
console.log(JSON.stringify(links.map((link) => {{
  const {{ page, values, bad }} = parseLink(table, link);
  return [page, values, bad, linkOf(table, page, values)];
}})));
"""
    for link, (page, values, bad, again) in zip(links, json.loads(node(program, tmp_path)), strict=True):
        assert (page, values, sorted(bad)) == (*state.parse_link(link)[:2], sorted(state.parse_link(link)[2])), link
        assert again == state.link_of(page, values)


@needs_node
def test_strokes_come_back_from_a_link_as_they_were(tmp_path: Path) -> None:
    """A stroke that was drawn is simplified to quarter pixels once; packed and unpacked it stays the very same."""
    program = f"""
import {{ packed, simplified, unpacked, bent }} from {json.dumps((JS / "draw" / "strokes.js").as_uri())};
const raw = Array.from({{ length: 200 }}, (_, i) => [140 + 90 * Math.cos(i / 40), 140 + 90 * Math.sin(i / 31), 0.4 + (i % 7) / 10]).flat();
const strokes = [{{ erase: false, width: 18, points: simplified(raw) }}, {{ erase: true, width: 7.5, points: [1.25, 2.5, 1] }}];
const same = {{ turn: 0, size: 1, lean: 0, thickness: 1, noise: 0 }};
console.log(JSON.stringify([strokes, unpacked(packed(strokes)), unpacked("AAA"), unpacked("____"), packed([]), bent(strokes, same) === strokes,
  bent(strokes, {{ ...same, noise: 3 }}), bent(strokes, {{ ...same, noise: 3 }})]));
"""
    strokes, back, odd, wrong, nothing, same, shaken, again = json.loads(node(program, tmp_path))
    assert back == strokes
    assert len(strokes[0]["points"]) < 600  # fewer points than came
    assert (odd, wrong, nothing, same) == ([], [], "", True)
    assert shaken == again != strokes  # noise is a function of its seed
