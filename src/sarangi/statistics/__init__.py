"""Metrics, resampling and tests of differences: arrays in, arrays out, no files."""
