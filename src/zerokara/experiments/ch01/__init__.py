"""Experiments of chapter 1."""
