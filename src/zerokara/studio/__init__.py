"""The studio: a local web page in which the engine itself answers while one draws. `zerokara studio` serves it.

Nothing of the web is imported before the server starts; `workers` and `jobs` know nothing of the web at all.
"""
