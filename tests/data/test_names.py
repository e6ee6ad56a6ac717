"""Names of classes from a text file: what an editor adds to a file changes no name."""

from pathlib import Path

import pytest

from zerokara.data.names import class_names
from zerokara.experiments.ch07.own_pictures import names_of


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n\r\n"], ids=["no end", "end", "empty lines"])
def test_names_are_the_lines(tmp_path: Path, before: bytes, end: bytes) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(before + "tabby\nひよこ".encode() + end)
    assert class_names(path) == ("tabby", "ひよこ")
    assert names_of(str(path), 2) == ["tabby", "ひよこ"]


def test_what_holds_no_names_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"names\.txt is not a list of names"):
        class_names(path)
    path.write_text("\n\n")
    with pytest.raises(ValueError, match="holds no names"):
        class_names(path)
    path.write_text("one\n")
    with pytest.raises(ValueError, match="has 1 names; the network has 2 classes"):
        names_of(str(path), 2)
    with pytest.raises(ValueError, match=r"none\.txt cannot be read: no such file"):
        names_of(str(tmp_path / "none.txt"), 2)
