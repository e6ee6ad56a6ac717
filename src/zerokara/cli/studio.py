"""`zerokara studio`."""

import json as json_format
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zerokara.cli import names
from zerokara.cli.console import has_blocks, say
from zerokara.cli.errors import UsageError
from zerokara.cli.numbers import Whole
from zerokara.cli.results import told
from zerokara.data.folder import PREFIX

if TYPE_CHECKING:
    from zerokara.studio.server import Links


def studio(
    *,
    port: Whole = None,
    data: str | None = None,
    runs: Path = Path("runs"),
    data_dir: Path | None = None,
    lan: bool = False,
    allow_host: list[str] | None = None,
    folder: Path = Path("zerokara-studio"),
    no_open: bool = False,
    json: bool = False,
    lang: str | None = None,
) -> None:
    """Serve the studio: a local page on which one draws, and the network answers.

    Parameters
    ----------
    port
        The port; 0 for any free one. Without it 4649, or the next that is free.
    data
        A folder of your own pictures to train on, folder:PATH, with a sub-folder for each class.
    runs
        Folder in which trainings are kept, each as a run that `train --resume` can continue.
    data_dir
        Folder with your own data files; else ZEROKARA_DATA, else the cache.
    lan
        Let others in this network in as guests: they can draw and look. Nothing is encrypted.
    allow_host
        Another NAME:PORT under which a browser may reach the studio, for example through a tunnel; may be repeated.
    folder
        Folder in which the studio keeps labelled drawings and uploaded models.
    no_open
        Print the link only; do not open a browser.
    json
        Print the link as one line of JSON; do not open a browser.
    lang
        Language of help, messages and the page: en or ja.
    """
    from zerokara.studio.server import addresses, bound, serve

    if port is not None and not 0 <= port <= 65535:
        raise UsageError(f"--port is 0 to 65535; got {port}")
    hosts = tuple(allow_host or ())
    for host in hosts:
        name, _, number = host.rpartition(":")
        if not name or not number.isdecimal() or any(letter in host for letter in "/*@ "):
            raise UsageError(f"--allow-host is NAME:PORT, as the browser's address shows it; got {host!r}")
    language = names.language(lang)
    options = {
        "folder": str(folder.expanduser().absolute()),
        "runs": str(runs.expanduser().absolute()),
        "data": _own(data),
        "data_dir": data_dir and str(data_dir.absolute()),
    }
    network = tuple(addresses()) if lan else ()

    def tell(links: "Links", again: bool) -> None:
        if json:
            say(json_format.dumps({"url": links.own, **({"guests": links.guests} if links.guests else {})}))
        else:
            say(told("studio-link", link=links.own))
            if not again:
                say(told("studio-how"))
            if links.guests:
                say(told("studio-guests", link=links.guests))
                say(_code(links.guests))
                if not again:
                    say(told("studio-lan"))
        sys.stdout.flush()

    own = not (no_open or json)
    serve(bound(port, lan=lan), browser=own, lang=language, tell=tell, hosts=hosts, lan=network, options=options)


def _code(link: str) -> str:
    """The link as a QR code in half blocks, for a phone to read; where segno is not installed, how to get it."""
    if not has_blocks():
        return link
    try:
        import segno
    except ImportError:
        return told("studio-no-code")
    rows = [bytes(row) for row in segno.make(link, micro=False, error="l").matrix_iter(border=2)]
    rows += [bytes(len(rows[0]))] * (len(rows) % 2)
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}  # light on a dark terminal: paper is what is lit
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(blocks[a, b] for a, b in zip(*pair, strict=True)) for pair in pairs)


def _own(data: str | None) -> str | None:
    """The folder of one's own pictures with its whole path, since a run remembers it."""
    if data is None:
        return None
    path = Path(data.removeprefix(PREFIX)).expanduser()
    sized = re.fullmatch(r"(.+)@\d+x\d+", str(path))
    if not data.startswith(PREFIX) or not Path(sized[1] if sized else path).is_dir():
        raise UsageError(f"--data is folder:PATH, a folder with a sub-folder for each class; got {data!r}")
    return f"{PREFIX}{path.absolute()}"
