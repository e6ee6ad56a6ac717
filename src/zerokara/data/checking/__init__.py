"""What is wrong with a folder of pictures, before anybody trains on it. Originals are opened for reading only.

from zerokara.data.checking import check, copy_clean

found = check(Path("my-pictures"))
found.problems            # each with its pictures
copy_clean(found, Path("my-pictures-clean"))
"""

from zerokara.data.checking.check import check
from zerokara.data.checking.copying import copy_clean
from zerokara.data.checking.found import Check, Group, Problem
from zerokara.data.checking.look import Seen

__all__ = ["Check", "Group", "Problem", "Seen", "check", "copy_clean"]
