"""`zerokara version`."""

import json as json_format

from zerokara.cli.console import columns, say
from zerokara.cli.machine import environment
from zerokara.cli.results import words


def version(*, json: bool = False) -> None:
    """Print versions and machine.

    Parameters
    ----------
    json
        One JSON object instead of a table.
    """
    found = environment()
    if json:
        say(json_format.dumps(found))
        return
    for line in columns([[name, words(value)] for name, value in found.items()]):
        say(line)
