"""The table of seeds."""

import json
import re
from pathlib import Path

from support.labels import NO_LIMITS, labels
from support.study_tables import claims, files, ours, printed_on, rows_of, scored  # noqa: F401  (fixtures)

from sarangi.paper.tables.seeds import seeds_table
from sarangi.published.printed import printed_experiments


def test_each_published_experiment_has_its_own_numbers_and_no_row_of_a_grid(claims):
    printed = printed_on(claims, "meld")
    assert printed["meld_text"]["model"] == "RoBERTa-base with 2 turns of context"
    assert printed["meld_text_xlmr"]["model"] == "XLM-R-base, 6 of 12 layers frozen"
    assert printed["meld_audio"]["numbers"]["f1_joy"] == {"value": "0.2323", "metric": "f1_happy"}
    assert printed_on(claims, "urdu_sindhi") == {}


def test_seeds_have_a_row_each_beside_what_was_printed_of_each(claims, files):
    printed = printed_experiments(claims, lambda record: record["finding"] in ("finding_4", "finding_5"))
    values = {("uar", "pooled"): 0.9, ("wf1", "pooled"): 0.8, ("uar_absent_as_zero", "pooled"): 0.7}
    values |= {("wf1", f"seed {seed}"): seed / 10000 for seed in (123, 42, 2024)}
    path = scored("publisher_xlsr", values, seeds=3)
    entries = {said["ours"]: ours(said["ours"]) for said in printed.values()}
    entries["punjabi_rasa_publisher_replayed_audio_xlsr"] |= {"scores": str(path), "why": []}
    own = ours("tiny", model="tiny", test="urdu_latif", scores=scored("loso_tiny", {("uar", "pooled"): 0.4}))
    seeds_table(printed, [*entries.values(), own], NO_LIMITS, labels(["urdu_latif"]), files("seeds"))
    rows = [row["cells"] for row in rows_of("seeds")]
    punjabi = [row for row in rows if row["Experiment"] == "XLS-R-300M on Punjabi" and row["Metric"] == "WF1"]
    # in the order of their numbers, which is not that of their names
    assert [(row["Of"], row["Published"], row["Ours, interval"][:5], row["Their n"]) for row in punjabi] == [
        ("all seeds", "0.994 [0.988, 0.998]", "0.800", "962"),
        ("seed 42", "0.9958", "0.004", "–"),
        ("seed 123", "0.9979", "0.012", "–"),
        ("seed 2024", "0.9876", "0.202", "–"),
    ]
    # a line without a number of ours is counted, and no line of dashes
    assert not [row for row in rows if row["Experiment"].startswith("XLS-R-300M on Urdu, SM2")]
    notes = json.loads(Path("paper/tables/seeds.json").read_text())["notes"]
    assert any(re.fullmatch(r"Without \d+ lines that would have no number of ours\.", note) for note in notes)
    assert rows[-1]["Experiment"] == "tiny, RAVDESS to URDU (synthetic), apart"
    assert (rows[-1]["Of"], rows[-1]["Published"]) == ("one seed", "not published")
    known = rows_of("seeds")[0]["from"]["Published"]
    assert [entry["column"] for entry in known] == ["value", "low", "high"]
