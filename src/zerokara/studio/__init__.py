"""The studio: a local web page in which the engine answers while one draws."""
