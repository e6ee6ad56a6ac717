"""How a reading looks: on a terminal as a picture, elsewhere as plain lines."""

from rich.text import Text

from zerokara.cli.console import has_blocks, safe, say, terminal
from zerokara.cli.glyphs import bar, big, spark
from zerokara.cli.results import words
from zerokara.digits import Digit, Reading
from zerokara.report import percent

ACCENT = "bold cyan"
WIDTH = 30


def plain(reading: Reading) -> None:
    """Lines without colour or drawing: the text, then the probabilities."""
    if not reading.digits:
        say(f"{safe(reading.name)}: {words(reading.message)}")
        return
    say(f"{safe(reading.name)}: {' / '.join(reading.text.splitlines())}")
    for digit in reading.digits:
        shares = "  ".join(f"{i} {percent(p)}" for i, p in _by_size(digit)[:3])
        say(f"  {digit.digit}: {shares}")


def picture(reading: Reading) -> None:
    """The digits large, and how probable each of the ten is."""
    console = terminal()
    console.print(Text(safe(reading.name), style="dim"))
    if not reading.digits:
        console.print(Text(f"  {words(reading.message)}", style="bold"))
    elif len(reading.digits) == 1:
        _print_single(reading.digits[0])
    else:
        _print_several(reading, console.width)
    console.print()


def _print_single(digit: Digit) -> None:
    """The digit to the left, ten bars to the right."""
    console, blocks = terminal(), has_blocks()
    drawn = ["", *big(str(digit.digit), blocks=blocks), "", ""]
    console.print()
    for i, share in enumerate(float(p) for p in digit.probabilities):
        style = ACCENT if i == digit.digit else "dim"
        line = Text("   ").append(drawn[i].ljust(10), style=ACCENT).append(f"      {i}  ", style=style)
        line.append(bar(share, WIDTH, blocks=blocks), style=ACCENT if i == digit.digit else "")
        console.print(line.append(f" {percent(share):>7}", style=style))


def _print_several(reading: Reading, width: int) -> None:
    """Every line of digits large, as many side by side as there is room for; then ten small columns for each digit."""
    console, blocks = terminal(), has_blocks()
    room = max(1, (width - 3) // 12)
    for text in reading.text.splitlines():
        for start in range(0, len(text), room):
            console.print()
            for row in big(text[start : start + room], blocks=blocks):
                console.print(Text(f"   {row}", style=ACCENT))
    console.print()
    console.print(Text("         0123456789", style="dim"))
    for digit in reading.digits:
        shares = [float(p) for p in digit.probabilities]
        line = Text("   ").append(str(digit.digit), style=ACCENT).append("     ").append(spark(shares, blocks=blocks))
        console.print(line.append("   " + "   ".join(f"{i} {percent(p)}" for i, p in _by_size(digit)[:2]), style="dim"))


def _by_size(digit: Digit) -> list[tuple[int, float]]:
    return sorted(((i, float(p)) for i, p in enumerate(digit.probabilities)), key=lambda pair: -pair[1])
