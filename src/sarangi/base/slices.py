"""The names of slices of scores that are told apart by name: of one seed, and of a part of another corpus."""

SEED = "seed "
PART = "part "


def slice_of_seed(seed: int) -> str:
    """Return the name of the slice of one seed of several."""
    return f"{SEED}{seed}"


def seed_of(slice_: str) -> int | None:
    """Return the seed that a slice is of; None for a slice of another kind."""
    number = slice_.removeprefix(SEED)
    return int(number) if number != slice_ and number.isdecimal() else None


def slice_of_part(protocol: str, seed: int | None = None) -> str:
    """Return the name of a transfer's slice on the test part of a protocol, of all seeds or of one.

    Examples
    --------
    >>> slice_of_part("random80", 42)
    'part random80 seed 42'
    """
    return f"{PART}{protocol}" + ("" if seed is None else f" {slice_of_seed(seed)}")


def without_seed(slice_: str) -> str:
    """Return the slice of all seeds that a slice is one seed of; the slice itself, if it is of all seeds.

    Examples
    --------
    >>> without_seed("part random80 seed 42"), without_seed("seed 42"), without_seed("fold 0")
    ('part random80', '', 'fold 0')
    """
    whole, before, number = slice_.rpartition(SEED)
    return whole.rstrip() if before and number.isdecimal() else slice_


def seed_within(slice_: str, whole: str | None) -> int | None:
    """Return the seed of a slice that is one seed of a whole: of a slice of all seeds, or the reported one.

    Examples
    --------
    >>> seed_within("part random80 seed 42", "part random80")
    42
    >>> seed_within("part random80 seed 42", None) is None
    True
    """
    prefix = f"{whole} " if whole else ""
    return seed_of(slice_.removeprefix(prefix)) if slice_.startswith(prefix) else None
