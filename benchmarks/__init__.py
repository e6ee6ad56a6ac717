"""Measurements, side by side with the peers in one run: `python -m benchmarks.simple_convnet` and `….layers`."""
