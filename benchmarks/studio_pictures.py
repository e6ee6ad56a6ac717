"""The README's pictures of the studio, taken from the studio itself: docs/studio/*.png, in English and in Japanese.

    python -m benchmarks.studio_pictures                  # needs Chromium, and fonts for Japanese
    python -m benchmarks.studio_pictures --out FOLDER

Every page is brought to a state worth seeing and photographed: a drawing that was read, a network that has learned xor
on the plane, another that has learned the bundled digits.
"""

from __future__ import annotations

import argparse
import base64
import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.chromium import CHROMIUM, Page, chromium
from benchmarks.studio import READ, READY, draw, studio

WIDTH, HEIGHT = 1400, 1120
MOST_BYTES = 150_000
LANGUAGES = ("en", "ja")


def drawn(page: Page) -> None:
    """A digit that was drawn by hand and read."""
    page.until(f"{READ} && {READY}")
    arc = lambda y, r, a, b: [(0.47 + r * np.cos(t), y + r * np.sin(t)) for t in np.radians(np.linspace(a, b, 14))]  # noqa: E731
    draw(page, [*arc(0.32, 0.17, -150, 80), *arc(0.67, 0.19, -80, 150)])
    page.until('document.querySelector(\'.answer[data-exact="true"][data-text="3"]\')')
    page.mouse("mouseMoved", WIDTH - 1, HEIGHT - 1, down=False)


def on_the_plane(page: Page) -> None:
    """2-8-8-2 has learned xor, and has stopped by itself."""
    page.until('document.querySelector(\'.plane[data-settled="true"][data-step="150"]\')')
    page.value("document.querySelector('#play').click()")
    page.until('document.querySelector(\'.plane[data-accuracy="1"][data-playing="false"][data-settled="true"]\')')


def on_pictures(page: Page) -> None:
    """A convolutional network has learned the bundled digits, and was tested."""
    page.until("document.querySelector('.matrix button')")
    page.value("document.querySelector('#pic-play').click()")
    page.until("document.querySelector('.pictures[data-state=\"finished\"]')?.dataset.test")
    page.value("document.querySelector('.playbar').scrollIntoView()")


PAGES = {
    "draw": ("#v=1&p=draw", drawn),
    "plane": ("#v=1&p=plane", on_the_plane),
    "pictures": ("#v=1&p=pictures&data=digits&epochs=6", on_pictures),
}


def of_256_colours(picture: Image.Image) -> Image.Image:
    """The 128 most frequent colours, then those farthest from all that are taken, stay exactly."""
    pixels = np.asarray(picture).reshape(-1, 3).astype(np.int64)
    colours, which, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    kept = colours[np.argsort(-counts, kind="stable")[:128]]
    far = np.min([((colours - one) ** 2).sum(axis=1) for one in kept], axis=0)
    while len(kept) < 256:
        kept = np.vstack([kept, colours[far.argmax()]])
        far = np.minimum(far, ((colours - kept[-1]) ** 2).sum(axis=1))
    nearest = np.argmin([((colours - one) ** 2).sum(axis=1) for one in kept], axis=0).astype(np.uint8)
    made = Image.fromarray(nearest[which.reshape(-1)].reshape(picture.height, picture.width))
    made.putpalette(kept.astype(np.uint8).tobytes())
    return made


def photograph(page: Page) -> bytes:
    """What is on the screen, as a PNG; of 256 colours where all of them would take too much room."""
    page.value("document.fonts.ready.then(() => new Promise(requestAnimationFrame)).then(() => true)")
    taken = page.call("Page.captureScreenshot", format="png")["data"]
    picture = Image.open(io.BytesIO(base64.b64decode(taken))).convert("RGB")
    for one in (picture, of_256_colours(picture)):
        made = io.BytesIO()
        one.save(made, "png", optimize=True)
        if made.tell() < MOST_BYTES:
            break
    return made.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=Path("docs/studio"))
    given = parser.parse_args()
    if CHROMIUM is None:
        raise SystemExit("Chromium is needed to take pictures of the studio: install it, then run this again.")
    given.out.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        with (
            tempfile.TemporaryDirectory() as folder,
            studio("--runs", f"{folder}/runs", "--folder", f"{folder}/studio") as (link, _, _),
            chromium(WIDTH, HEIGHT) as page,
        ):
            page.call("Emulation.setScrollbarsHidden", hidden=True)
            page.go(link)
            page.until(READ)
            for name, (fragment, ready) in PAGES.items():
                page.go("about:blank")
                page.go(f"{link.split('/open')[0]}/{fragment}&lang={language}")
                ready(page)
                file = given.out / (f"{name}.png" if language == "en" else f"{name}.{language}.png")
                file.write_bytes(photograph(page))
                print(f"{file}: {file.stat().st_size / 1000:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
