"""How a reading looks: on a terminal as a picture, elsewhere as plain lines."""

from rich.text import Text

from zerokara.cli.console import has_blocks, safe, say, terminal
from zerokara.cli.glyphs import bar, big, spark
from zerokara.cli.language import current
from zerokara.cli.results import words
from zerokara.digits import DOUBT, Digit, Reading
from zerokara.wording import percent

ACCENT = "bold cyan"
UNSURE = "bold yellow"
WIDTH = 30


def plain(reading: Reading) -> None:
    """Lines without colour or drawing: the text, then the probabilities."""
    if not reading.digits:
        say(f"{safe(reading.name)}: {words(reading.message)}")
        return
    say(f"{safe(reading.name)}: {' / '.join(reading.text.splitlines())}")
    if reading.message:
        say(f"  {words(reading.message)}")
    for digit in reading.digits:
        say(f"  {digit.symbol}: {shares(digit)}")


def shares(digit: Digit) -> str:
    """The three likeliest digits; of a sign or a refused mark its own share and that of being a digit; what is unsure.

    `5: 5 55 %  3 40 %  8 2 %  not sure: 5 or 3`.
    """
    if digit.is_digit:
        told = "  ".join(f"{i} {percent(p)}" for i, p in _by_size(digit)[:3])
    else:
        told = words(digit.why) if digit.why else percent(digit.probability)
        told += f"  {phrase('digit')} {percent(digit.digit_probability)}"
    if digit.is_digit and digit.digit_probability < DOUBT:
        told += f"  {phrase('digit')} {percent(digit.digit_probability)}"
    return told + (f"  {phrase('unsure', words(digit.doubt))}" if digit.doubt else "")


PHRASES = {
    "digit": ("a digit at all:", "数字である確率："),
    "unsure": ("not sure: {}", "不確か：{}"),
}


def phrase(name: str, *parts: str) -> str:
    """A phrase in the language of the command."""
    return PHRASES[name][current() == "ja"].format(*parts)


def picture(reading: Reading) -> None:
    """The digits large, and how probable each of the ten is."""
    console = terminal()
    console.print(Text(safe(reading.name), style="dim"))
    if reading.message:
        console.print(Text(f"  {words(reading.message)}", style="bold"))
    if not reading.digits:
        pass
    elif len(reading.digits) == 1 and reading.digits[0].is_digit:
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
    if digit.probability < DOUBT:
        console.print(Text(f"   {shares(digit)}", style=UNSURE))


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
        sure = digit.probability >= DOUBT and digit.symbol != "?"
        line = Text("   ").append(digit.symbol, style=ACCENT if sure else UNSURE).append("     ")
        if not digit.is_digit:
            console.print(line.append(" " * 13 + shares(digit), style="dim" if sure else UNSURE))
            continue
        line.append(spark([float(p) for p in digit.probabilities], blocks=blocks))
        told = "   ".join(f"{i} {percent(p)}" for i, p in _by_size(digit)[:2])
        if digit.doubt:
            told = phrase("unsure", digit.doubt)
        console.print(line.append(f"   {told}", style="dim" if sure else UNSURE))


def _by_size(digit: Digit) -> list[tuple[int, float]]:
    return sorted(((i, float(p)) for i, p in enumerate(digit.probabilities)), key=lambda pair: -pair[1])
