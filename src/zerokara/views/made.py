"""Pictures that a network has made, as blocks of a report: samples, the plane of codes, walks, the steps of a chain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zerokara.arrays import Array, generator
from zerokara.autodiff import Tensor, no_grad
from zerokara.data import scaled
from zerokara.data.dataset import Split
from zerokara.data.inputs import Pictures
from zerokara.explain import Steps, diffusion_steps, latent_plane, walk
from zerokara.explain.pictures import sheet
from zerokara.models import VAE, Diffusion, Learner
from zerokara.recipes.pictures import made
from zerokara.report import Figure, Lang, Picture, Text, Tile, gallery

TEXTS: dict[str, Text] = {
    "samples": Text("New pictures", "新しい画像"),
    "from-codes": Text("from codes drawn from N(0, 1)", "N(0, 1) から引いた符号より"),
    "plane": Text("What every place of the plane looks like", "平面の各点を復号した画像"),
    "plane-note": Text(
        "Code numbers {a} (left to right) and {b} (upwards) at normal quantiles .05 to .95, the others 0.",
        "符号の第 {a} 成分（左から右）と第 {b} 成分（下から上）。正規分布の分位点 .05〜.95、他の成分は 0。",
    ),
    "walk": Text("From one picture to another, through the code", "画像から画像へ、符号を通って"),
    "straight": Text("straight", "直線"),
    "spherical": Text("on a sphere", "球面"),
    "steps": Text("From noise to pictures", "ノイズから画像へ"),
    "steps-note": Text("The time t of each row: {times}.", "各行の時刻 t：{times}。"),
    "guided": Text("More or less guidance", "ガイダンスの強さ"),
    "rebuilt": Text("Test pictures, and what their codes give", "テスト画像と、符号から再現した画像"),
    "original": Text("original", "元の画像"),
    "decoded": Text("rebuilt", "再現"),
}


def shown(pictures: Array, columns: int) -> Array:
    """Pictures (n, C, H, W) in 0…1 on one sheet: (…, …) grey or (…, …, 3)."""
    clipped = np.clip(pictures, 0, 1)
    plain = clipped[:, 0] if clipped.shape[1] == 1 else np.moveaxis(clipped, 1, 3)
    return sheet(plain, columns, paper=0.6)


def picture_rows(
    title: str, named: Sequence[tuple[str, Array]], lang: Lang, *, columns: int = 0, note: str = ""
) -> Figure:
    """One sheet of pictures (n, C, H, W) a name, in rows of `columns` (all in one row unless given)."""
    tiles = [
        Tile([Picture(shown(x, columns or len(x)), name, wide=True)], "" if name == title else name)
        for name, x in named
    ]
    return gallery(title, tiles, lang=lang, note=note, large=True)


def plane_block(model: VAE, lang: Lang, side: int = 15, axes: tuple[int, int] = (0, 1)) -> Figure:
    """The plane of two code numbers as pictures."""
    pictures = latent_plane(model, side, axes=axes)
    flat = pictures.reshape(-1, *pictures.shape[2:])
    note = TEXTS["plane-note"](lang, a=axes[0] + 1, b=axes[1] + 1)
    title = TEXTS["plane"](lang)
    return picture_rows(title, [(title, flat)], lang, columns=side, note=note)


def walk_block(model: VAE, start: Array, end: Array, lang: Lang, steps: int = 9) -> Figure:
    """Two walks between two pictures (C, H, W) in 0…1: straight, and on a sphere."""
    named = [(TEXTS[path](lang), walk(model, start, end, steps, path)) for path in ("straight", "spherical")]
    return picture_rows(TEXTS["walk"](lang), named, lang)


def steps_block(steps: Steps, lang: Lang) -> Figure:
    """A chain at its kept times, a row a time; examples are pictures in −1…1."""
    flat = steps.examples.reshape(-1, *steps.examples.shape[2:]) / 2 + 0.5
    note = TEXTS["steps-note"](lang, times=", ".join(map(str, steps.times)))
    title = TEXTS["steps"](lang)
    return picture_rows(title, [(title, flat)], lang, columns=steps.examples.shape[1], note=note)


def blocks(
    model: Learner, pictures: Pictures, test: Split | None, lang: Lang, *, guidance: float = 1.0, seed: int = 0
) -> list[Figure]:
    """What there is to see of a trained network; test: pictures that it may rebuild and walk between."""
    if isinstance(model, VAE):
        return _of_codes(model, pictures, test, lang, seed)
    assert isinstance(model, Diffusion)
    return _of_chain(model, pictures, lang, guidance, seed)


def _of_codes(model: VAE, pictures: Pictures, test: Split | None, lang: Lang, seed: int) -> list[Figure]:
    samples = made(model, pictures, 60, None, 1.0, seed)
    found = [picture_rows(TEXTS["samples"](lang), [(TEXTS["from-codes"](lang), samples)], lang, columns=15)]
    axes = (0, 1)
    if test is not None:
        x = scaled(test.images[:500])
        with no_grad():
            means = model.encode(Tensor(x))[0].data
            rebuilt = model(Tensor(x[:10])).data
        if model.latent > 2:  # the two code numbers that tell most
            first, second = np.sort(np.argsort(-means.var(axis=0), kind="stable")[:2])
            axes = (int(first), int(second))
        named = [(TEXTS["original"](lang), x[:10]), (TEXTS["decoded"](lang), rebuilt)]
        found.append(picture_rows(TEXTS["rebuilt"](lang), named, lang))
    if model.latent >= 2:
        found.append(plane_block(model, lang, axes=axes))
    if test is not None and len(test) > 1:
        other = int(np.argmax(test.labels != test.labels[0]))
        found.append(walk_block(model, x[0], scaled(test.images[other : other + 1])[0], lang))
    return found


def _of_chain(model: Diffusion, pictures: Pictures, lang: Lang, guidance: float, seed: int) -> list[Figure]:
    count = min(model.classes or 10, 10)
    labels = np.arange(count) if model.classes else None
    named = []
    if model.classes:
        asked = np.repeat(np.arange(count), 10)
        x = made(model, pictures, len(asked), asked, guidance, seed)
        named = [(pictures.classes[k], x[asked == k]) for k in range(count)]
    else:
        named = [(TEXTS["samples"](lang), made(model, pictures, 50, None, 1.0, seed))]
    found = [picture_rows(TEXTS["samples"](lang), named, lang, columns=10)]
    rng = generator(seed, "steps")
    steps = diffusion_steps(model, count, pictures.shape, labels, guidance=guidance, times=_times(model.steps), rng=rng)
    found.append(steps_block(steps, lang))
    if labels is not None:
        guided = [(f"γ = {g:g}", made(model, pictures, count, labels, g, seed)) for g in (0.0, 1.0, 2.0, 4.0)]
        found.append(picture_rows(TEXTS["guided"](lang), guided, lang))
    return found


def _times(steps: int, count: int = 9) -> list[int]:
    """Times from the whole chain to 0, denser towards its end, where a picture takes shape."""
    return [round(steps * (1 - k / (count - 1)) ** 2) for k in range(count)]
