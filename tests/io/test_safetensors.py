import gzip
import io
import json
import pickle
import zipfile

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from zerokara.io import load_safetensors, load_weights, save_safetensors
from zerokara.io.safetensors import DTYPES, from_bytes, to_bytes

A = np.arange(24, dtype=np.float32).reshape(4, 6)

LAYOUTS = {
    "plain": A,
    "transposed": A.T,
    "Fortran": np.asfortranarray(A),
    "strided": A[::2, 1::3],
    "reversed": A[::-1, ::-1],
    "broadcast": np.broadcast_to(A[0], (3, 6)),
    "NHWC seen as NCHW": np.arange(48, dtype=np.float32).reshape(2, 3, 4, 2).transpose(0, 3, 1, 2),
    "0-d": np.array(3.5, np.float32),
    "empty": np.zeros((0, 3), np.float32),
    "big endian": A.astype(">f4"),
    "read only": np.frombuffer(bytes(range(8)), np.uint8),
    "NaN, -0, inf": np.array([np.nan, -0.0, np.inf, -np.inf], np.float32),
}


def assert_equal(a, b):
    """Equal bit for bit: NaN is NaN, and −0 is not 0."""
    assert a.shape == b.shape
    assert a.dtype.newbyteorder("=") == b.dtype
    assert a.astype(b.dtype).tobytes() == b.tobytes()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_memory_layout_comes_back_right(tmp_path, layout):
    """The safetensors library writes an array's memory as it lies, so a transposed weight would come back scrambled."""
    path = save_safetensors(tmp_path / "w.safetensors", {"w": LAYOUTS[layout]})
    assert_equal(LAYOUTS[layout], load_safetensors(path)[0]["w"])
    assert_equal(LAYOUTS[layout], safetensors.numpy.load_file(path)["w"])


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_comes_back(dtype):
    array = (np.arange(7) % 2).astype(dtype)
    assert_equal(array, from_bytes(to_bytes({"a": array}, {}))[0]["a"])


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda name: name != "__metadata__"),
        st.sampled_from(list(DTYPES)).flatmap(
            lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, min_side=0, max_side=3))
        ),
        max_size=4,
    ),
    st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
)
def test_whatever_is_saved_comes_back(state, metadata):
    content = to_bytes(state, metadata)
    loaded, texts = from_bytes(content)
    assert loaded.keys() == state.keys()
    assert texts == metadata
    for name, array in state.items():
        assert_equal(array, loaded[name])
        assert_equal(array, safetensors.numpy.load(content)[name])


def test_equal_weights_give_equal_bytes():
    """So that a checksum of the file says whether two trainings came out the same."""
    texts = {str(i): "text" for i in range(9)}
    one = to_bytes({"b": A, "a": A[0]}, texts)
    other = to_bytes({"a": A[0].copy(), "b": A.copy()}, dict(reversed(texts.items())))
    assert one == other


def test_arrays_are_aligned_to_their_items():
    content = to_bytes({"a": np.ones(3, np.uint8), "b": np.ones(3), "c": np.ones(1, np.float16)}, {"odd": "é"})
    length = int.from_bytes(content[:8], "little")
    assert (8 + length) % 8 == 0
    header = json.loads(content[8 : 8 + length])
    assert header["b"]["data_offsets"] == [0, 24]


def test_loaded_arrays_can_be_changed(tmp_path):
    path = save_safetensors(tmp_path / "w", {"w": A})
    load_safetensors(path)[0]["w"][0] = 1


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array(["text"]), "cannot hold w, whose dtype is <U4"),
        (np.array([object()]), "cannot hold w, whose dtype is object"),
        (np.array([1j]), "cannot hold w, whose dtype is complex128"),
    ],
)
def test_what_cannot_be_held_is_refused_in_words(tmp_path, array, words):
    with pytest.raises(TypeError, match=words):
        save_safetensors(tmp_path / "w", {"w": array})
    assert not list(tmp_path.iterdir())


def test_metadata_are_texts(tmp_path):
    with pytest.raises(TypeError, match="metadata are text by text; got 'epoch': 3"):
        save_safetensors(tmp_path / "w", {"w": A}, {"epoch": 3})


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    return buffer.getvalue()


class Bomb:
    """Whoever unpickles this is caught."""

    def __reduce__(self):
        return (pytest.fail, ("something was unpickled",))


WHOLE = to_bytes({"w": A}, {"m": "text"})
FOREIGN = {
    "nothing": (b"", "is empty"),
    "a few bytes": (b"abc", "is not a safetensors file"),
    "text": (b"accuracy = 99.7 %\n" * 9, "is not a safetensors file"),
    "cut in the header": (WHOLE[:40], "damaged or truncated"),
    "cut in the data": (WHOLE[:-5], "damaged or truncated"),
    "longer than it says": (WHOLE + b"x", "damaged or truncated"),
    "broken header": (WHOLE[:20] + b"\xff" + WHOLE[21:], "damaged or truncated"),
    "pickle": (pickle.dumps(Bomb()), "is a pickle, which could run anything"),
    "old pickle": (pickle.dumps(Bomb(), protocol=2), "is a pickle"),
    "zip": (zipped(), "is a zip archive"),
    "gzip": (gzip.compress(WHOLE), "compressed with gzip"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(50), "HDF5"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG picture"),
    "web page": (b"<!doctype html><html>403", "web page"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"),
}


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("load", [load_safetensors, load_weights])
def test_damaged_and_foreign_files_are_named_and_never_executed(tmp_path, kind, load):
    content, words = FOREIGN[kind]
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"weights.safetensors .*{words}"):
        load(path)


def test_no_cut_goes_unnoticed():
    for end in range(len(WHOLE)):
        with pytest.raises(ValueError, match="is "):
            from_bytes(WHOLE[:end])


def test_a_type_that_numpy_lacks_is_named():
    header = json.dumps({"w": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    with pytest.raises(ValueError, match="arrays of type BF16, which NumPy does not have"):
        from_bytes(len(header).to_bytes(8, "little") + header + b"\x80\x3f")


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"there is no file .*none"):
        load_safetensors(tmp_path / "none")
    with pytest.raises(ValueError, match="is a folder"):
        load_safetensors(tmp_path)


def test_a_header_as_long_as_a_pickle_begins_is_none(tmp_path):
    """The first two bytes of a file with a header of 640 bytes are those of a pickle; it is read all the same."""
    seen = set()
    for length in range(1, 1500, 7):
        path = tmp_path / "weights.safetensors"
        save_safetensors(path, {"a": np.arange(3.0)}, {"note": "x" * length})
        seen.add(path.read_bytes()[:2])
        assert load_weights(path)["a"].tolist() == [0, 1, 2]
    assert b"\x80\x02" in seen
