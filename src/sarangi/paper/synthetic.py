"""The note on synthetic speech."""

SYNTHETIC = "Synthetic speech made by this project's demo: no result about people."
