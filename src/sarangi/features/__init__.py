"""Acoustic features of recordings, a registry of feature sets."""
