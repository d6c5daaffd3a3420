"""The configuration, checked, and what follows from it."""
