"""zerokara (ゼロから): deep learning with no framework underneath; every formula in the open, at full speed."""

__version__ = "0.1.0"
