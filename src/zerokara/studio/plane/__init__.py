"""Training on the plane: points, a network small enough to be seen whole, and every step of it within reach.

Pure Python, without a page: `Training(Spec(), points)` trains, rewinds, branches and shows surfaces by itself.
"""

from zerokara.studio.plane.compare import Pair
from zerokara.studio.plane.glass import Glass, glass
from zerokara.studio.plane.points import Points, drawn, from_csv, from_formula
from zerokara.studio.plane.spec import Spec
from zerokara.studio.plane.surfaces import Grid
from zerokara.studio.plane.training import Mark, Training

__all__ = ["Glass", "Grid", "Mark", "Pair", "Points", "Spec", "Training", "drawn", "from_csv", "from_formula", "glass"]
