"""The application, and the one place where errors become sentences and exit codes."""

import difflib
import sys
import time
import warnings
from collections.abc import Sequence
from typing import Any

from cyclopts import App, CycloptsError, Parameter, UnknownCommandError

from zerokara.cli import errors, language
from zerokara.cli.commands import COMMANDS, DATA_COMMANDS, LAB_COMMANDS, SEARCH_COMMANDS, Command
from zerokara.cli.console import STDIN, safe, silence, tolerate_any_text
from zerokara.cli.stopping import ended_by_signals
from zerokara.parallel.heartbeat import speak_as
from zerokara.parallel.launched import launched
from zerokara.parallel.team import leave, met

GROUPS = {"lab": LAB_COMMANDS, "data": DATA_COMMANDS, "search": SEARCH_COMMANDS}
"""Commands that have commands of their own."""

_GRACE = 1.0  # seconds in which process 0 has time to say what went wrong


def build() -> App:
    """The application with its commands; none of their files is imported yet."""
    app = _app(
        "zerokara",
        "zerokara (ゼロから): deep learning from zero. Begin with: zerokara demo",
        "`zerokara COMMAND --help` explains a command and shows examples. --lang en or ja, with any command, says the "
        "language; else LANG does.",
    )
    _add(app, {name: command for name, command in COMMANDS.items() if command.target})
    for name, commands in GROUPS.items():
        group = _app(name, COMMANDS[name].help, _examples(COMMANDS[name]))
        group.sort_key = list(COMMANDS).index(name)
        _add(group, commands)
        app.command(group)
    return app


def _app(name: str, help: str, epilogue: str) -> App:
    return App(
        name=name,
        help=help,
        help_epilogue=_epilogue(epilogue),
        help_formatter=_formatter(),
        help_format="plaintext",
        version_flags=["--version"],
        version=_version,
        default_parameter=Parameter(negative=()),
        suppress_keyboard_interrupt=False,  # Interrupted says what was saved, and by which signal
    )


def _formatter() -> Any:
    """How help is shown: as cyclopts does, or with its sentences in Japanese."""
    if language.current() == "en":
        return None
    from zerokara.cli.japanese import JapaneseHelp

    return JapaneseHelp()


def _epilogue(text: str) -> str:
    if language.current() == "en":
        return text
    from zerokara.cli.japanese import translated

    return translated(text).replace("Examples:", "例：", 1)


def _add(app: App, commands: dict[str, Command]) -> None:
    for name, command in commands.items():
        place = list(COMMANDS).index(name) if name in COMMANDS else None
        epilogue = _epilogue(_examples(command))
        app.command(command.target, name=name, help=command.help, help_epilogue=epilogue, sort_key=place)


def _examples(command: Command) -> str:
    lines = (f"  {line}" for line in command.examples.splitlines())
    return "\n".join(["Examples:", "", *lines])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; return its exit code.

    0: done. 1: it could not be done. 2: wrong usage. 130: interrupted. What goes wrong is one line on standard error.
    """
    tolerate_any_text()
    with warnings.catch_warnings(), ended_by_signals():
        warnings.showwarning = _show_warning  # type: ignore[assignment]
        language.speak(language.of_environment())
        try:
            words = language.taken(sys.argv[1:] if arguments is None else arguments)
            if launched()[1] > 1:
                speak_as(errors.in_words(language.current()))
            code = _run(words)
            sys.stdout.flush()
        except BaseException as error:
            if launched()[0] and isinstance(error, CycloptsError | errors.UsageError) and not met():
                _leave_it_to_the_first()
            code = errors.report(error)
            leave(code)
    return code


def _leave_it_to_the_first() -> None:
    """Options that cannot be are the same in all processes, which have not met yet: number 0 says so for them."""
    silence()
    time.sleep(_GRACE)


def _run(arguments: Sequence[str]) -> int:
    try:
        result = build()(
            plain(arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except UnknownCommandError:  # its own message would import every command to name them all
        raise _unknown_command(arguments) from None
    return result if isinstance(result, int) else 0


def plain(arguments: Sequence[str]) -> list[str]:
    """The arguments as the commands know them: `lab` alone is `lab list`, `search --try …` is `search run --try …`, and
    - of `read` is no option.
    """
    if list(arguments[:1]) == ["search"] and (len(arguments) == 1 or arguments[1].startswith("-")):
        return ["search", "run", *arguments[1:]]
    if _is_bare_lab(arguments):
        return ["lab", "list", *arguments[1:]]
    if list(arguments[:1]) == ["read"]:
        return [STDIN if word == "-" else word for word in arguments]
    return list(arguments)


def _is_bare_lab(arguments: Sequence[str]) -> bool:
    """`zerokara lab`, perhaps with --json: the list."""
    return list(arguments[:1]) == ["lab"] and set(arguments[1:]) <= {"--json"}


def _unknown_command(arguments: Sequence[str]) -> errors.UsageError:
    within = f"{arguments[0]} " if arguments[0] in GROUPS else ""
    names = list(GROUPS[arguments[0]] if within else COMMANDS)
    asked = arguments[1] if within else arguments[0]
    near = difflib.get_close_matches(asked, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
    return errors.UsageError(f"there is no command {within}{asked!r}: {hint}")


def _version() -> str:
    from zerokara import __version__

    return __version__


def _show_warning(message: Warning | str, *details: object) -> None:
    print(f"zerokara: warning: {safe(str(message))}", file=sys.stderr)
