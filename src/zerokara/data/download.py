"""Fetching a published file: mirrors in order, resumed, verified, and renamed into place only when it is right."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zerokara.data.dataset import DataError
from zerokara.data.idx import unpack
from zerokara.data.progress import Progress, Transfer
from zerokara.data.published import Publication, PublishedFile, digests

if TYPE_CHECKING:
    import httpx2

_LOCK_SECONDS = 600.0
_TRIES_PER_MIRROR = 5
_TIMEOUT_SECONDS = 30.0
_SERVER_HAS_NO_MORE = 416


def fetch(publication: Publication, file: PublishedFile, folder: Path, progress: Progress) -> Path:
    """Download one file of a data set into `folder`, and return where it is.

    Every mirror is tried in order, the next one after any failure. The bytes go into `NAME.part`, which a later try
    continues; the file gets its name only when its digest is right. A second process waits for the first.
    Errors: DataError naming every mirror's failure, and what to put where by hand.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder / f".{file.name}.lock"):
            final = folder / file.name
            if not final.exists():
                part = _from_mirrors(publication, file, folder, progress)
                os.replace(part, final)  # noqa: PTH105, the atomic rename by its own name
            return final
    except OSError as error:
        raise DataError(f"{folder} cannot hold the download of {file.name}: {error.strerror or error}") from error


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process at a time download a file."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(lock, timeout=_LOCK_SECONDS):
            yield
    except Timeout as error:
        raise DataError(f"another process has been downloading for {_LOCK_SECONDS:.0f} s; it holds {lock}") from error


def _from_mirrors(publication: Publication, file: PublishedFile, folder: Path, progress: Progress) -> Path:
    import httpx2

    failures = []
    part = folder / f"{file.name}.part"
    for mirror in publication.mirrors:
        try:
            with _client() as client:
                _obtain(client, mirror + file.name, file, part, progress)
            return part
        except (httpx2.HTTPError, httpx2.InvalidURL, ImportError, ValueError) as error:
            failures.append(f"{urlsplit(mirror).netloc}: {_reason(error)}")
    raise DataError(f"{file.name} could not be downloaded ({'; '.join(failures)}); {by_hand(publication, folder)}")


def by_hand(publication: Publication, folder: Path) -> str:
    """What to do without a network: which files, from where, into which folder."""
    names = [file.name for file in publication.files]
    listed, pronoun = (" or ".join(names), "it") if publication.alternatives else (", ".join(names), "them")
    return (
        f"get {listed} from {publication.mirrors[0]} and put {pronoun} into {folder}, "
        f"or name a folder that has {pronoun} with --data-dir or ZEROKARA_DATA"
    )


def _client() -> httpx2.Client:
    from importlib.metadata import version

    import httpx2

    # "identity": a server must not pack or unpack what is already a gzip file; some hosts refuse a nameless client.
    headers = {"User-Agent": f"zerokara/{version('zerokara')} (data set download)", "Accept-Encoding": "identity"}
    return httpx2.Client(headers=headers, timeout=_TIMEOUT_SECONDS, follow_redirects=True)


def _reason(error: Exception) -> str:
    """Why a mirror failed, in one line."""
    import httpx2

    if isinstance(error, httpx2.HTTPStatusError):
        return f"{error.response.status_code} {error.response.reason_phrase}"
    return " ".join(str(error).split()) or type(error).__name__


def _obtain(client: httpx2.Client, url: str, file: PublishedFile, part: Path, progress: Progress) -> None:
    """Fill `part` with the right bytes. Errors: DataError when they are others."""
    continued = part.exists()
    _transfer_with_tries(client, url, part, progress)
    if is_right(file, part):
        return
    part.unlink()
    if not continued:
        raise DataError("its checksum is not the published one")
    _obtain(client, url, file, part, progress)  # the rest of an earlier try was wrong: once more, from the start


def _transfer_with_tries(client: httpx2.Client, url: str, part: Path, progress: Progress) -> None:
    """Go on after a broken connection as long as each try brings more."""
    import httpx2

    for _ in range(_TRIES_PER_MIRROR - 1):
        before = _size(part)
        try:
            return _transfer(client, url, part, progress)
        except httpx2.TransportError:
            if _size(part) <= before:
                raise
    return _transfer(client, url, part, progress)


def _transfer(client: httpx2.Client, url: str, part: Path, progress: Progress) -> None:
    """One request; continues `part` where the server can, starts anew where it cannot."""
    have = _size(part)
    with client.stream("GET", url, headers={"Range": f"bytes={have}-"} if have else {}) as response:
        if have and response.status_code == _SERVER_HAS_NO_MORE:
            return  # `part` may be whole already: its checksum tells
        response.raise_for_status()
        if response.status_code == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            raise DataError("it answered with another part of the file than was asked for")
        continues = response.status_code == 206
        _write(response, part, have if continues else 0, progress)


def _write(response: httpx2.Response, part: Path, have: int, progress: Progress) -> None:
    """Append the body to the first `have` bytes of `part`, and report each piece."""
    length = response.headers.get("Content-Length")
    total = have + int(length) if length else None
    name = part.name.removesuffix(".part")
    try:
        with part.open("ab" if have else "wb") as file:
            for piece in response.iter_raw():
                have += file.write(piece)
                progress(Transfer(name, have, total))
    finally:
        progress(Transfer(name, have, total, ended=True))


def is_right(file: PublishedFile, path: Path) -> bool:
    """Whether the digest of the file, or of its unpacked bytes, is the published one."""
    packed = path.read_bytes()
    if file.packed in digests(packed):
        return True
    try:
        return bool(file.unpacked) and file.unpacked in digests(unpack(packed, path))
    except DataError:
        return False


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
