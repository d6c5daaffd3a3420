"""Kinds of regressors: one module each, loaded by its name."""
