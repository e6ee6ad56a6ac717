"""What a command needs beyond the installation: said before anything else happens."""

import importlib.util

from zerokara.cli.errors import UsageError


def needs(library: str, extra: str, what: str) -> None:
    """Raise a UsageError that says what to install, if the library is not there."""
    if importlib.util.find_spec(library) is None:
        raise UsageError(f"{what} needs {library}: pip install 'zerokara[{extra}]'")
