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
        ("gap_urdu_to_sindhi", "the gap of eGeMAPS with one classifier", "-21.81 points"),
        ("gap_sindhi_to_urdu", "the gap of eGeMAPS with one classifier", "-10.61 points"),
        ("training_ratio", "recomputed", "27.10"),
        ("training_ratio", "training clips on both sides", "24.39"),
        ("training_ratio", "training and validation clips on both sides", "24.09"),
        ("punjabi_within.wf1", "seeds", "0.9938 [0.9876, 0.9979]"),
        # by hand: 4.303 times the standard deviation 0.00544 over the root of 3
        ("punjabi_within.wf1", "interval_of_seeds", "0.9938 [0.9802, 1.0073]"),
        # about a sixth as wide, since only the third run ever errs on its one answer
        ("urdu_to_punjabi.uar", "clips_once", "0.2480 [0.2440, 0.2522]"),
        ("urdu_to_punjabi.uar", "most_answered", "sad 961 of 962, happy 961 of 962, angry 927 of 962"),
        ("urdu_within_show.uar", "jeffreys", "0.103 [0.092, 0.290]"),
        ("urdu_within_show.uar", "guessing", "0.1875, ceiling 0.75; p = 0.18"),
        ("punjabi_to_urdu.uar", "jeffreys", "0.467 [0.300, 0.532]"),
        ("punjabi_to_urdu.uar", "guessing", "0.1875, ceiling 0.75; p = 0.001"),
        ("urdu_within_show.uar_SM2", "of_tested", "0.929 (of angry)"),
        ("urdu_within_show.uar_SM4", "of_tested", "0.125 (of angry)"),
        ("punjabi_to_urdu.uar_SM4", "of_tested", "0.625 (of angry)"),
        ("punjabi_to_urdu_single.recall_angry", "of_clips", "0.80 [0.50, 0.96]"),
        ("negative_transfer", "times_chance", "1.30 to 1.91 times chance"),
        ("fusion_gains_more_unseen", "gains_apart", "+0.7 points, standard error 5.2"),
        ("ravdess_si_text.wf1", "constant", "0.0314"),
        ("ravdess_si_text.uf1", "constant", "0.0294"),
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
    read = reading(name, part, otherwise=how) if how not in READINGS else reading(name, part, how)
    assert read.text == text


@pytest.mark.parametrize(
    ("name", "how", "text"),
    [
        ("compare_is10_last_to_sindhi", "ranks", "ComParE 1, IS10 2 of 5"),
        ("compare_is10_last_to_urdu", "ranks", "IS10 1, ComParE 2 of 5"),
        ("thirty_points_everywhere", "values", "26.19 [13.09, 34.53]"),
    ],
)
def test_a_statement_is_read_by_another_relation_too(name, how, text):
    assert reading(name, with_parts([name], CLAIMS), how, "by the study's own gap").text == text


def test_whether_a_claim_can_be_read_is_known_without_reading_it():
    for name in CLAIMS:
        for how in READINGS:
            assert can_be_read(name, CLAIMS, how) == (reading(name, CLAIMS, how) is not None), (name, how)
