"""Big digits and bars, made of characters."""

GLYPHS = (
    ("01110", "10001", "10001", "10001", "10001", "10001", "01110"),
    ("00100", "01100", "00100", "00100", "00100", "00100", "01110"),
    ("01110", "10001", "00001", "00110", "01000", "10000", "11111"),
    ("01110", "10001", "00001", "00110", "00001", "10001", "01110"),
    ("00010", "00110", "01010", "10010", "11111", "00010", "00010"),
    ("11111", "10000", "11110", "00001", "00001", "10001", "01110"),
    ("00110", "01000", "10000", "11110", "10001", "10001", "01110"),
    ("11111", "00001", "00010", "00010", "00100", "00100", "00100"),
    ("01110", "10001", "10001", "01110", "10001", "10001", "01110"),
    ("01110", "10001", "10001", "01111", "00001", "00010", "01100"),
)
"""The ten digits, 5 × 7 points."""

SIGNS = {
    ".": ("00000", "00000", "00000", "00000", "00000", "01100", "01100"),
    ",": ("00000", "00000", "00000", "00000", "01100", "00100", "01000"),
    "-": ("00000", "00000", "00000", "11111", "00000", "00000", "00000"),
    "+": ("00000", "00100", "00100", "11111", "00100", "00100", "00000"),
    "×": ("00000", "10001", "01010", "00100", "01010", "10001", "00000"),
    "÷": ("00000", "00100", "00000", "11111", "00000", "00100", "00000"),
    "=": ("00000", "00000", "11111", "00000", "11111", "00000", "00000"),
    "/": ("00001", "00010", "00010", "00100", "01000", "01000", "10000"),
    ":": ("00000", "01100", "01100", "00000", "01100", "01100", "00000"),
    "%": ("11001", "11001", "00010", "00100", "01000", "10011", "10011"),
    "¥": ("10001", "01010", "11111", "00100", "11111", "00100", "00100"),
    "$": ("00100", "01111", "10100", "01110", "00101", "11110", "00100"),
    "(": ("00010", "00100", "01000", "01000", "01000", "00100", "00010"),
    ")": ("01000", "00100", "00010", "00010", "00010", "00100", "01000"),
    "°": ("01100", "10010", "10010", "01100", "00000", "00000", "00000"),
    "?": ("01110", "10001", "00001", "00010", "00100", "00000", "00100"),
}
"""What may stand beside them; other characters are left blank."""

_BLANK = ("00000",) * 7

HEIGHT = 7
_EIGHTHS = " ▏▎▍▌▋▊▉"


def big(digits: str, *, blocks: bool = True) -> list[str]:
    """Digits and signs side by side, seven lines high, two characters to a point."""
    ink = "██" if blocks else "##"
    lines = []
    for row in range(HEIGHT):
        points = "0".join(_glyph(digit)[row] for digit in digits)
        lines.append("".join(ink if point == "1" else "  " for point in points))
    return lines


def _glyph(symbol: str) -> tuple[str, ...]:
    return GLYPHS[int(symbol)] if symbol in "0123456789" else SIGNS.get(symbol, _BLANK)


def bar(share: float, width: int, *, blocks: bool = True) -> str:
    """A bar of `width` characters for a share of 1, to an eighth of a character; padded with spaces."""
    share = min(max(share, 0.0), 1.0)
    if not blocks:
        return ("#" * round(share * width)).ljust(width)
    full, eighths = divmod(round(share * width * 8), 8)
    return ("█" * full + (_EIGHTHS[eighths] if eighths else "")).ljust(width)


def spark(shares: list[float], *, blocks: bool = True) -> str:
    """One character for each share: its height says how large it is."""
    steps = " ▁▂▃▄▅▆▇█" if blocks else " .:-=+*#@"
    return "".join(steps[round(min(max(share, 0.0), 1.0) * (len(steps) - 1))] for share in shares)
