"""Verdicts on published claims."""

REPRODUCED, DIFFERS = "reproduced", "differs"

FAULTY, CONTRADICTED = "published number is faulty", "statement contradicted by its own rows"

UNTESTABLE = "cannot be tested"

BESIDE = "UAR of "
"""How the rows of further experiments are named, of which nothing was published."""
