"""Pictures as networks see them, and what is explained about them: what the command line and the studio both need.

from zerokara.views.subject import subject      # a network by name, from a run, from an ONNX file
from zerokara.views.preparing import preparation, views     # from a picture file to what the network sees
from zerokara.views.explained import explained  # by every method for every class, judged by curves
from zerokara.views.pen import Pen              # a drawing whose ink is known: read while the pen moves

One topic a file; nothing is imported before it is asked for.
"""
