"""Train the network of symbols.

python -m zerokara.digits.learning --fonts /usr/share/fonts/truetype/dejavu --out symbols.safetensors
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from zerokara.digits.learning.training import EPOCHS, train


def main() -> None:
    """The command above."""
    parser = argparse.ArgumentParser(prog="python -m zerokara.digits.learning", description=(__doc__ or "")[:32])
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write")
    parser.add_argument("--data-dir", type=Path, help="folder with MNIST's files")
    parser.add_argument("--fonts", type=Path, action="append", default=[], help="folder with fonts; may be repeated")
    parser.add_argument("--seed", type=int, default=0, help="where all random numbers start")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="passes over the pictures")
    parser.add_argument("--share", type=float, default=1.0, help="share of the pictures to make, to try it out")
    options = parser.parse_args()
    tell = partial(print, flush=True)
    reader = train(
        options.out,
        data_dir=options.data_dir,
        fonts=options.fonts,
        seed=options.seed,
        epochs=options.epochs,
        share=options.share,
        tell=tell,
    )
    for name, told in reader.card.items():
        tell(f"{name}: {told}")


if __name__ == "__main__":
    main()
