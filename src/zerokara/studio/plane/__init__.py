"""Training on the plane: points, a network small enough to be seen whole, and every step of it within reach.

Pure Python, without a page: `Training(Spec(), points)` trains, rewinds, branches and shows surfaces by itself.
"""

from zerokara.studio.plane.points import Points, drawn, from_csv, from_formula
from zerokara.studio.plane.spec import Spec
from zerokara.studio.plane.training import Mark, Training

__all__ = ["Mark", "Points", "Spec", "Training", "drawn", "from_csv", "from_formula"]
