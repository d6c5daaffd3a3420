"""How often groups are drawn again, and how wide an interval is: a parameter of rules."""

from typing import NamedTuple


class BootstrapSettings(NamedTuple):
    """The entry ``bootstrap`` of the configuration.

    Parameters
    ----------
    draws
        Of groups; as many swaps are drawn in a test of a difference.
    seed
        Of the draws, the same for everything that is compared.
    confidence
        Of an interval, such as 0.95.
    """

    draws: int
    seed: int
    confidence: float
