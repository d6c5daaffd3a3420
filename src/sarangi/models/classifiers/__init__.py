"""Kinds of classifiers: one module each, loaded by its name."""
