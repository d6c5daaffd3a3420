"""One ruler for all that is said of the same clips."""

import math

from support.errata import CLAIMS

from sarangi.published.rulers import by_guessing, gains_apart, width_once


def test_two_claims_on_the_same_clips_have_the_same_chance_and_ceiling():
    below, above = (by_guessing(CLAIMS[f"{name}.uar"]) for name in ("urdu_within_show", "punjabi_to_urdu"))
    assert (below.chance, below.ceiling, below.clips) == (above.chance, above.ceiling, above.clips)
    assert (below.chance, below.ceiling) == (0.1875, 0.75)
    assert below.at_most > 0.05 and below.low < below.chance < below.high
    assert above.at_least < 0.05 and above.chance < above.low


def test_gains_are_apart_by_less_than_their_standard_error():
    apart = gains_apart(CLAIMS["fusion_gains_more_unseen"], CLAIMS)
    # by hand, of accuracies 0.729 and 0.667 on 240 clips, 0.858 and 0.795 on 288
    variance = (0.729 * 0.271 + 0.667 * 0.333) / 240 + (0.858 * 0.142 + 0.795 * 0.205) / 288
    assert math.isclose(apart.error, math.sqrt(variance), rel_tol=1e-9)
    assert math.isclose(apart.value, 0.007, abs_tol=1e-9)
    assert gains_apart(CLAIMS["fusion_keeps_neutral"], CLAIMS) is None


def test_only_where_answers_are_known_is_a_width_known():
    assert width_once(CLAIMS["ravdess_si_audio.wf1"]) is None
    assert width_once(CLAIMS["urdu_within_show.uar"]) is None
    least, most = width_once(CLAIMS["punjabi_within.uar"])
    assert least < 1 < most
