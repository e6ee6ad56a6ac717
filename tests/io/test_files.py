import os

import pytest

from zerokara.io import files, write_atomically


def test_what_is_written_is_there(tmp_path):
    path = write_atomically(tmp_path / "file", b"new")
    assert path.read_bytes() == b"new"
    write_atomically(str(path), b"newer")
    assert path.read_bytes() == b"newer"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_may_be_read_by_whom_any_new_file_may(tmp_path):
    """A private temporary file, renamed, would stay private and a colleague could not read the weights."""
    usual = tmp_path / "usual"
    usual.touch()
    assert write_atomically(tmp_path / "ours", b"").stat().st_mode == usual.stat().st_mode


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, failing):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, failing, full)
        with pytest.raises(ValueError, match=r"cannot write .*file: no space left on device; check that"):
            write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interruption_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_gives_back_other_bytes_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(files.Path, "read_bytes", lambda self: b"rotten")
    with pytest.raises(ValueError, match="other bytes than were written"):
        write_atomically(tmp_path / "file", b"fresh")
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"cannot write .*missing.file: no such file or directory"):
        write_atomically(tmp_path / "missing" / "file", b"")
    with pytest.raises(ValueError, match=r"it is a folder; give the name of a file"):
        write_atomically(tmp_path, b"")
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"cannot write .*: not a directory"):
        write_atomically(tmp_path / "file" / "below", b"")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_permission_is_named(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ValueError, match="permission denied"):
            write_atomically(tmp_path / "file", b"")
    finally:
        tmp_path.chmod(0o700)


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"there is no file .*nothing"):
        files.read(tmp_path / "nothing")
    with pytest.raises(ValueError, match="is a folder; give the name of a file"):
        files.read(tmp_path)
