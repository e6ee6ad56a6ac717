"""Arrays on the wire: nothing is lost, the browser's code writes and reads the same bytes, and nonsense is refused."""

import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from zerokara.studio import frames

JS = Path(frames.__file__).parent / "static" / "js"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no Node here to run the page's own code")

arrays = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.sampled_from(frames.DTYPES).flatmap(
        lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
    ),
    max_size=4,
)
heads = st.dictionaries(
    st.text(max_size=8).filter(lambda k: k != "arrays"), st.integers() | st.text(max_size=12), max_size=4
)


@given(heads, arrays)
def test_what_is_written_is_read(head: dict[str, Any], given_arrays: dict[str, Any]) -> None:
    message = frames.encode(head, given_arrays)
    told, found = frames.decode(message)
    assert told == head
    assert found.keys() == given_arrays.keys()
    for name, array in given_arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()
    assert len(message) % 8 == 0
    assert frames.head_of(message)["arrays"] is not None


@given(st.binary(max_size=200))
def test_nonsense_is_refused_in_words(message: bytes) -> None:
    try:
        frames.decode(message)
    except ValueError as error:
        assert str(error)  # noqa: PT017  (a message that happens to be good is good)


@pytest.mark.parametrize(
    "told",
    [
        {"name": "a", "dtype": "object", "shape": [1], "offset": 0},
        {"name": "a", "dtype": "float32", "shape": [-1], "offset": 0},
        {"name": "a", "dtype": "float32", "shape": [2**40, 2**40], "offset": 0},
        {"name": "a", "dtype": "float32", "shape": [1], "offset": -8},
        {"name": "a", "dtype": "float32", "shape": [1], "offset": 4},
        {"name": "a", "dtype": "float32", "shape": "1", "offset": 0},
        {"name": "a", "dtype": "float32", "shape": [True], "offset": 0},
        {"dtype": "float32", "shape": [1], "offset": 0},
    ],
)
def test_arrays_that_cannot_be_are_refused(told: dict[str, Any]) -> None:
    text = json.dumps({"arrays": [told]}).encode()
    message = struct.pack("<I", len(text)) + text
    with pytest.raises(ValueError, match="array"):
        frames.decode(message + bytes(-len(message) % 8) + bytes(8))


def test_a_message_that_was_cut_off_is_refused() -> None:
    message = frames.encode({"topic": "x"}, {"a": np.arange(9, dtype=np.float32)})
    for end in range(0, len(message) - 8, 3):
        with pytest.raises(ValueError, match="message"):
            frames.decode(message[:end])


def test_what_a_browser_does_not_know_is_not_sent() -> None:
    with pytest.raises(ValueError, match="int64"):
        frames.encode({}, {"a": np.arange(3)})
    with pytest.raises(ValueError, match="JSON"):
        frames.encode({"a": float("nan")})


@needs_node
def test_the_browser_reads_and_writes_the_same_bytes(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    given_arrays = {
        "grey": rng.integers(0, 255, (3, 5), np.uint8),
        "signed": rng.integers(-99, 99, (7,), np.int16),
        "whole": rng.integers(-9999, 9999, (2, 2), np.int32),
        "heat": rng.standard_normal((2, 3, 1)).astype(np.float32),
        "fine": rng.standard_normal(4),
    }
    message = frames.encode({"topic": "ゼロ", "n": 3}, given_arrays)
    (tmp_path / "in").write_bytes(message)
    program = f"""
import {{ decode, encode }} from {json.dumps((JS / "frames.js").as_uri())};
import {{ readFileSync, writeFileSync }} from "node:fs";
const bytes = readFileSync({json.dumps(str(tmp_path / "in"))});
const {{ head, arrays }} = decode(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
console.log(JSON.stringify({{ head, arrays: Object.fromEntries(Object.entries(arrays).map(([k, a]) => [k, [...a.data]])) }}));
writeFileSync({json.dumps(str(tmp_path / "out"))}, new Uint8Array(encode(head, arrays)));
"""
    told = json.loads(node(program, tmp_path))
    assert told["head"] == {"topic": "ゼロ", "n": 3}
    for name, array in given_arrays.items():
        assert np.array_equal(np.array(told["arrays"][name], array.dtype).reshape(array.shape), array)
    assert (tmp_path / "out").read_bytes() == message


def node(program: str, folder: Path) -> str:
    """What a program of the page's modules prints."""
    (folder / "program.mjs").write_text(program, encoding="utf-8")
    done = subprocess.run([NODE or "node", "program.mjs"], cwd=folder, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout
