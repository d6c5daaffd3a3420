"""Claims read in the ways that an entry of the errata may name."""

import pytest
import yaml
from support.errata import CLAIMS, SCHEMA

from sarangi.published.readings import READINGS, can_be_read, reading
from sarangi.published.records import with_parts


def test_the_schema_knows_every_way_to_read_a_claim():
    ways = yaml.safe_load(SCHEMA.read_text())["$defs"]["claim"]["properties"]["as"]["enum"]
    assert sorted(ways) == sorted(READINGS)


@pytest.mark.parametrize(
    ("name", "how", "text"),
    [
        ("urdu_within_show.uar", "printed", "0.103 [0.075, 0.131]"),
        ("gap_urdu_to_sindhi", "printed", "-30.99 points"),
        ("gap_urdu_to_sindhi", "recomputed", "-29.65 points"),
        ("gap_sindhi_to_urdu", "recomputed", "-29.04 points"),
        ("gap_urdu_to_sindhi", "the gap of eGeMAPS", "-21.81 points"),
        ("gap_sindhi_to_urdu", "the gap of eGeMAPS", "-13.09 points"),
        ("training_ratio", "recomputed", "24.39"),
        ("punjabi_within.wf1", "seeds", "0.9938 [0.9876, 0.9979]"),
        # by hand: 4.303 times the standard deviation 0.00544 over the root of 3
        ("punjabi_within.wf1", "interval_of_seeds", "0.9938 [0.9802, 1.0073]"),
        # half widths 0.023 and 0.024 times the root of 3
        ("urdu_to_punjabi.uar", "clips_once", "0.2480 [0.2082, 0.2896]"),
        ("ravdess_si_text.wf1", "constant", "0.0314"),
        ("ravdess_si_text.uf1", "constant", "0.0294"),
        # one of two happy clips is a half of a quarter
        ("punjabi_to_urdu.uar", "one_clip_fewer", "0.342"),
        ("compare_is10_last_to_sindhi", "ranks_said", "ComParE, IS10: 4 and 5 of 5"),
        ("compare_is10_last_to_sindhi", "ranks", "IS10 2, ComParE 5 of 5"),
        ("compare_is10_last_to_urdu", "ranks", "ComParE 2, IS10 4 of 5"),
        ("is10_best_within_urdu", "ranks_said", "IS10: 1 of 5"),
        ("thirty_points_everywhere", "near", "30"),
        ("thirty_points_everywhere", "values", "23.57 [5.53, 34.51]"),
    ],
)
def test_a_claim_is_read_from_the_print(name, how, text):
    part = with_parts([name], CLAIMS)
    read = reading(name, part, otherwise=how) if how.startswith("the") else reading(name, part, how)
    assert read.text == text


def test_whether_a_claim_can_be_read_is_known_without_reading_it():
    for name in CLAIMS:
        for how in READINGS:
            assert can_be_read(name, CLAIMS, how) == (reading(name, CLAIMS, how) is not None), (name, how)
