"""The page's colours and typefaces are those of the reports: read from their style sheet, with two themes to choose."""

import re
from importlib.resources import files


def style_sheet() -> str:
    """Variables for the theme of the system, and for `data-theme` light and dark on the document."""
    text = files("zerokara.report").joinpath("style.css").read_text(encoding="utf-8")
    light, dark = (_variables(block) for block in re.findall(r":root \{([^}]*)\}", text)[:2])
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; {dark} }} }}\n"
        f':root[data-theme="light"] {{ color-scheme: light; {light} }}\n'
        f':root[data-theme="dark"] {{ color-scheme: dark; {dark} }}\n'
        f"@media print {{ :root, :root[data-theme] {{ color-scheme: light; {light} }} }}\n"
    )


def class_colours() -> list[tuple[int, int, int]]:
    """Red, green and blue of the ten classes, as the light theme has them."""
    texts = [
        files("zerokara.report").joinpath("style.css").read_text(encoding="utf-8"),
        files("zerokara.studio").joinpath("static", "plane.css").read_text(encoding="utf-8"),
    ]
    light = "".join(re.findall(r":root \{([^}]*)\}", text)[0] for text in texts)
    found = dict(re.findall(r"--c(\d+): #([0-9a-f]{6})", light))
    return [tuple(bytes.fromhex(found[str(k)])) for k in range(1, 11)]  # type: ignore[misc]


def _variables(block: str) -> str:
    return " ".join(f"{name}: {value.strip()};" for name, value in re.findall(r"(--[\w-]+):([^;]+);", block))
