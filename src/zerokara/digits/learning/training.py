"""The training of the network of symbols, from MNIST, formulas and fonts to the file that is shipped."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from zerokara.arrays import Array, generator, manual_seed
from zerokara.data import Loader, Split, load, scaled
from zerokara.data import split as cut
from zerokara.data.transforms import Affine, Compose, Elastic, Thickness
from zerokara.digits.learning.examples import examples, find_fonts
from zerokara.digits.symbols import DIGITS, SIGNS, SYMBOLS
from zerokara.functional import cross_entropy
from zerokara.models import Reader, ReaderNet, save_committee
from zerokara.models.committee import fitted_temperature, softmax
from zerokara.optim import AdamW, schedule_by_name
from zerokara.training import fit
from zerokara.training.metrics import expected_calibration_error

FILTERS, HIDDEN = (12, 40, 80), 112
EPOCHS, BATCH, LR, DECAY, AVERAGE, SMOOTHING = 8, 128, 0.003, 0.01, 0.998, 0.03
HELD_BACK = 0.06
"""Share of the pictures that is kept for the temperature and the calibration error, half for each."""


def train(
    out: Path,
    *,
    data_dir: Path | None = None,
    fonts: Sequence[Path] = (),
    seed: int = 0,
    epochs: int = EPOCHS,
    share: float = 1.0,
    tell: Callable[[str], None] = print,
) -> Reader:
    """Make the pictures, train, fit the temperature, and write the network with its card; return it.

    `fonts` are folders with fonts whose licence allows it; `share` of the pictures are made (below 1 to try it out).
    """
    mnist = load("mnist", data_dir=data_dir)
    learned, held_back = cut(examples(mnist.train, find_fonts(fonts), seed, share), HELD_BACK, seed)
    tell(f"{len(learned.labels):,} pictures to learn from, {len(held_back.labels):,} held back")
    manual_seed(seed)
    network = ReaderNet(
        filters=FILTERS, hidden_size=HIDDEN, output_size=len(SYMBOLS), dropout=0.2, rng=generator(seed, "weights")
    )
    varied = Compose(
        [
            Affine(rotate=8.0, shift=1.5, scale=1.12, stretch=1.12, shear=8.0),
            Elastic(strength=0.6, spacing=7.0),
            Thickness(thinner=0.25, thicker=0.4),
        ]
    )
    loader = Loader(learned, BATCH, seed=seed, transform=varied)
    records = fit(
        network,
        loader,
        AdamW(network.parameters(), lr=LR, weight_decay=DECAY),
        epochs=epochs,
        loss=lambda scores, labels: cross_entropy(scores, labels, label_smoothing=SMOOTHING),
        validation=held_back,
        schedule=schedule_by_name("one-cycle", LR, epochs * len(loader)),
        average=AVERAGE,
    )
    for record in records:
        line = record.to_line()
        if line["kind"] == "epoch":
            tell(json.dumps(line))
    network.eval()
    return _finish(network, held_back, out, seed, epochs, fonts)


def _finish(network: ReaderNet, held_back: Split, out: Path, seed: int, epochs: int, fonts: Sequence[Path]) -> Reader:
    """Temperature from one half of what was held back, the card from the other half."""
    half = len(held_back.labels) // 2
    scores = Reader((network,), 1.0, {}).scores(scaled(held_back.images))
    temperature = fitted_temperature(scores[:half], held_back.labels[:half])
    shares, labels = softmax(scores[half:] / temperature), held_back.labels[half:]
    families = sorted({path.stem.split("-")[0] for path, _ in find_fonts(fonts)})
    card = {
        "title": "zerokara's network of symbols: digits, the signs beside them, and none of these",
        "symbols": "".join(SYMBOLS),
        "trained_on": "MNIST's training part; digits, signs, letters and doodles drawn by formulas; textures; fonts: "
        + (", ".join(families) or "none"),
        "recipe": f"python -m zerokara.digits.learning --seed {seed} --epochs {epochs}",
        "held_back_accuracy": f"{(shares.argmax(axis=1) == labels).mean():.4f} (of {len(labels)})",
        **_calibration(shares, labels),
    }
    reader = Reader((network,), temperature, card)
    save_committee(out, reader)
    return reader


def _calibration(shares: Array, labels: Array) -> dict[str, str]:
    """How far the stated probabilities are from the truth: of the symbol, and of being a digit at all."""
    digit = shares[:, : len(DIGITS)].sum(axis=1)
    is_digit = (labels < len(DIGITS)).astype(np.int64)
    two = np.stack([1 - digit, digit], axis=1)
    sign = (labels >= len(DIGITS)) & (labels < len(DIGITS) + len(SIGNS))
    return {
        "calibration_error": f"{expected_calibration_error(shares, labels):.4f}",
        "digit_calibration_error": f"{expected_calibration_error(two, is_digit):.4f}",
        "signs_accuracy": f"{(shares.argmax(axis=1) == labels)[sign].mean():.4f}",
    }
