"""Protocols: which utterances train, validate and test."""
