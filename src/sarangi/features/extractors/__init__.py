"""Extractors of acoustic features: one module each, loaded by its name."""
