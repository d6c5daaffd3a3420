"""Verdicts of a whole study: what remains of them when they are many."""

from collections.abc import Sequence
from typing import NamedTuple

from sarangi.base.verdicts import DIFFERS, REPRODUCED, SHIFTED, UNDECIDED
from sarangi.statistics.corrections import benjamini_yekutieli
from sarangi.statistics.replication import ALPHA, Judgement


class Family(NamedTuple):
    """The judged primary claims of a study.

    Parameters
    ----------
    kinds
        Of each claim, in the order given, *differs* and *shifted* only where they remain after correction.
    p_differs, p_shifted
        Of each claim, corrected.
    judged
        Claims.
    reproduced, differs, shifted, undecided
        How many are of each kind after correction.
    differs_alone, shifted_alone
        How many are of these kinds before it.
    by_chance
        How many of them are expected to be one of the two before it if every published score is true: 5 % of
        all at most, since both need the difference to lie outside a 95 % prediction interval.
    """

    kinds: tuple[str, ...]
    p_differs: tuple[float, ...]
    p_shifted: tuple[float, ...]
    judged: int
    reproduced: int
    differs: int
    shifted: int
    undecided: int
    differs_alone: int
    shifted_alone: int
    by_chance: float


def family(judgements: Sequence[Judgement]) -> Family:
    """Return the verdicts on the primary claims of a study, corrected for their number.

    By Benjamini and Yekutieli at 5 %, which asks nothing of the dependence between claims: the p of
    *differs* and that of *shifted* each over all claims.  What no longer differs may still be shifted; what
    is neither is undecided.  *Reproduced* is no discovery and is not corrected: it errs in 5 % of the claims
    whose true difference is δ, each by itself.
    """
    p_differs = benjamini_yekutieli([one.p_differs for one in judgements])
    p_shifted = benjamini_yekutieli([one.p_shifted for one in judgements])
    corrected = [
        REPRODUCED if one.kind == REPRODUCED
        else DIFFERS if differs <= ALPHA
        else SHIFTED if shifted <= ALPHA
        else UNDECIDED
        for one, differs, shifted in zip(judgements, p_differs, p_shifted, strict=True)
    ]  # fmt: skip
    alone = [one.kind for one in judgements]
    return Family(
        tuple(corrected), tuple(p_differs), tuple(p_shifted), len(judgements),
        corrected.count(REPRODUCED), corrected.count(DIFFERS), corrected.count(SHIFTED),
        corrected.count(UNDECIDED), alone.count(DIFFERS), alone.count(SHIFTED), ALPHA * len(judgements),
    )  # fmt: skip
