"""Where a data set's files lie: the user's own folder, or the cache folder of the platform."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zerokara.data.dataset import DataError
from zerokara.data.idx import read_bytes, unpack
from zerokara.data.published import Publication, PublishedFile, identify
from zerokara.paths import as_path

ENVIRONMENT = "ZEROKARA_DATA"


def data_root(data_dir: str | os.PathLike[str] | None = None) -> Path:
    """The folder of the data: `data_dir`, else the variable ZEROKARA_DATA, else the user's cache folder.

    Errors: DataError when a folder was named and is a file.
    """
    named = (
        os.environ.get(ENVIRONMENT) if data_dir is None or (isinstance(data_dir, str) and not data_dir) else data_dir
    )
    if isinstance(named, str | None) and not named:
        import platformdirs

        return Path(platformdirs.user_cache_dir("zerokara", appauthor=False)) / "data"
    root = as_path(named, "the data folder").expanduser()
    if root.exists() and not root.is_dir():
        raise DataError(f"{root} is a file; the data folder is expected to be a folder")
    return root


def home(publication: Publication, root: Path) -> Path:
    """The sub-folder into which downloads of this data set go."""
    return root / publication.folders[0]


@dataclass(frozen=True)
class Found:
    """A file of a data set: where it lies, its unpacked bytes, and whether it is the published one."""

    file: PublishedFile
    path: Path
    content: bytes
    published: bool


def find_idx(publication: Publication, file: PublishedFile, root: Path) -> Found | None:
    """The user's copy of one IDX file, or None where there is none.

    It may be gzipped or raw, in a sub-folder named after the data set or in `root` itself. A file in `root` that
    is known to belong to another data set (all three use the same names) counts as absent.
    Errors: DataError for a damaged copy or one that is known to be another file.
    """
    for path in candidates(publication, file, root):
        packed = read_bytes(path)
        content = unpack(packed, path)
        known = identify(packed, content)
        if known == (publication.name, file):
            return Found(file, path, content, published=True)
        if known is None:
            return Found(file, path, content, published=False)
        if path.parent != root or known[0] == publication.name:
            raise DataError(f"{path} holds {known[1].name} of {known[0]}, not {file.name} of {publication.name}")
    return None


def candidates(publication: Publication, file: PublishedFile, root: Path) -> Iterator[Path]:
    """The files that may be the user's copy: in a sub-folder named after the data set, or in `root` itself."""
    folders = (*(root / name for name in publication.folders), root)
    return (path for folder in folders for name in spellings(file.name) if (path := folder / name).exists())


def belongs_elsewhere(publication: Publication, copies: Sequence[Path], root: Path) -> bool:
    """Whether files in `root` itself are those of another data set: several have the same names. The smallest tells."""
    shared = [path for path in copies if path.parent == root]
    if not shared:
        return False
    smallest = min(shared, key=lambda path: path.stat().st_size)
    packed = read_bytes(smallest)
    try:
        known = identify(packed, unpack(packed, smallest))
    except DataError:  # whoever loads it is told what is wrong with it
        return False
    return known is not None and known[0] != publication.name


def spellings(name: str) -> tuple[str, ...]:
    """The names under which people keep a published IDX file: gzipped or raw, t10k or test, with "-" or "."."""
    raw = name.removesuffix(".gz")
    stems = [raw, raw.replace("-idx", ".idx")]
    stems += [stem.replace("t10k-", "test-") for stem in stems if stem.startswith("t10k-")]
    return tuple(stem + suffix for stem in stems for suffix in (".gz", ""))
