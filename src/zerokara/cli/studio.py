"""`zerokara studio`."""

import json as json_format
import re
import sys
from pathlib import Path

from zerokara.cli import names
from zerokara.cli.console import say
from zerokara.cli.errors import UsageError
from zerokara.cli.numbers import Whole
from zerokara.cli.results import told
from zerokara.data.folder import PREFIX


def studio(
    *,
    port: Whole = None,
    data: str | None = None,
    runs: Path = Path("runs"),
    data_dir: Path | None = None,
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
        Folder in which trainings are kept, each as a run that `train --resume` goes on with.
    data_dir
        Folder with your own data files; else ZEROKARA_DATA, else the cache.
    no_open
        Print the link only, and open no browser.
    json
        Print the link as one line of JSON, and open no browser.
    lang
        Language of help, messages and the page: en or ja.
    """
    from zerokara.studio.server import bound, serve

    if port is not None and not 0 <= port <= 65535:
        raise UsageError(f"--port is 0 to 65535; got {port}")
    language = names.language(lang)
    options = {"runs": str(runs.absolute()), "data": _own(data), "data_dir": data_dir and str(data_dir.absolute())}

    def tell(link: str, again: bool) -> None:
        if json:
            say(json_format.dumps({"url": link}))
        else:
            say(told("studio-link", link=link))
            if not again:
                say(told("studio-how"))
        sys.stdout.flush()

    serve(bound(port), browser=not (no_open or json), lang=language, tell=tell, options=options)


def _own(data: str | None) -> str | None:
    """The folder of one's own pictures with its whole path, since a run remembers it."""
    if data is None:
        return None
    path = Path(data.removeprefix(PREFIX)).expanduser()
    sized = re.fullmatch(r"(.+)@\d+x\d+", str(path))
    if not data.startswith(PREFIX) or not Path(sized[1] if sized else path).is_dir():
        raise UsageError(f"--data is folder:PATH, a folder with a sub-folder for each class; got {data!r}")
    return f"{PREFIX}{path.absolute()}"
