"""Checks of corpora and protocols before anything is trained."""
