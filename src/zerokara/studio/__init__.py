"""The studio: a local web page in which the engine itself answers while one draws. `zerokara studio` serves it."""
