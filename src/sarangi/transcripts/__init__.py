"""Transcripts of recordings by engines of speech recognition."""
