import io

import numpy as np
import pytest

from zerokara.io import load_npz, load_weights, save_npz


def test_arrays_come_back(tmp_path):
    state = {"a.weight": np.arange(6.0).reshape(2, 3).T, "n": np.array(3), "h": np.ones(2, np.float16)}
    path = save_npz(tmp_path / "w.npz", state)
    for load in (load_npz, load_weights, lambda p: dict(np.load(p))):
        loaded = load(path)
        assert loaded.keys() == state.keys()
        for name, array in state.items():
            np.testing.assert_array_equal(array, loaded[name])
            assert array.dtype == loaded[name].dtype


def test_equal_arrays_give_equal_bytes(tmp_path):
    one, other = (save_npz(tmp_path / name, {"a": np.ones(3)}) for name in ("1.npz", "2.npz"))
    assert one.read_bytes() == other.read_bytes()


def test_objects_are_not_written(tmp_path):
    with pytest.raises(TypeError, match="a holds Python objects"):
        save_npz(tmp_path / "w.npz", {"a": np.array([object()])})


class Bomb:
    """Whoever unpickles this is caught."""

    def __reduce__(self):
        return (pytest.fail, ("something was unpickled",))


def objects() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.array([Bomb()], dtype=object))
    return buffer.getvalue()


def whole() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=np.arange(500))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"hello", "is not a .npz archive"),
        (objects(), "something other than plain arrays; nothing in it was executed"),
        (whole()[:-40], "damaged or truncated"),
        (whole()[:200] + bytes(60) + whole()[260:], "damaged or truncated"),
    ],
)
def test_damaged_and_foreign_files_are_named_and_never_executed(tmp_path, content, words):
    path = tmp_path / "w.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"w.npz .*{words}"):
        load_weights(path)


def test_arrays_of_another_byte_order_are_brought_into_this_machines(tmp_path):
    array = np.arange(6, dtype=">f4").reshape(2, 3)
    np.savez(tmp_path / "other.npz", w=array, n=np.array(7, ">i8"))
    found = load_npz(tmp_path / "other.npz")
    assert found["w"].dtype == np.float32
    assert found["w"].dtype.isnative
    assert found["n"].dtype.isnative
    np.testing.assert_array_equal(found["w"], array)
    save_npz(tmp_path / "again.npz", {"w": array})
    np.testing.assert_array_equal(load_npz(tmp_path / "again.npz")["w"], array)
