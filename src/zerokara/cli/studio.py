"""`zerokara studio`."""

import json as json_format
import sys
from pathlib import Path

from zerokara.cli import names
from zerokara.cli.console import say
from zerokara.cli.errors import UsageError
from zerokara.cli.numbers import Whole
from zerokara.cli.results import told


def studio(
    *,
    port: Whole = None,
    folder: Path = Path("zerokara-studio"),
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
    folder
        Folder in which the studio keeps what is made in it: labelled drawings, models that were given to it.
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
    options = {
        "folder": str(folder.expanduser().absolute()),
        "runs": str(runs.expanduser().absolute()),
        "data_dir": data_dir and str(data_dir.absolute()),
    }

    def tell(link: str, again: bool) -> None:
        if json:
            say(json_format.dumps({"url": link}))
        else:
            say(told("studio-link", link=link))
            if not again:
                say(told("studio-how"))
        sys.stdout.flush()

    serve(bound(port), browser=not (no_open or json), lang=language, tell=tell, options=options)
