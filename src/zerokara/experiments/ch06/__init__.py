"""Experiments of chapter 6."""
