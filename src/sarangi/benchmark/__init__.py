"""Benchmarks that others can enter: folds, labels, audits and baselines of some tasks, without recordings."""
