"""Which release this is: what reports, checkpoints and `zerokara version` say."""

__version__ = "0.1.0"
