"""Formats of tables of votes: a module each, with ``read(table, settings)``, ``EMOTIONS`` and ``OTHERS``."""
