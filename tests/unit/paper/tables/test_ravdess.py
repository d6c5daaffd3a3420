"""The table of RAVDESS."""

import json
from pathlib import Path

from support.labels import NO_LIMITS, labels
from support.study_tables import REPORTED, claims, files, ours, printed_on, rows_of, scored  # noqa: F401  (fixtures)

from sarangi.paper.tables.ravdess import ravdess_table


def test_ravdess_puts_both_sides_of_a_model_in_one_row_and_says_what_is_missing(claims, files):
    printed = printed_on(claims, "ravdess")
    values = {(metric, "pooled"): 0.65 for metric in (*REPORTED, "f1_angry")}
    audio = scored("speakers_audio", values, "groups shared")
    entries = [
        ours(said["ours"], model=said["model"], replayed=True, leaks=said["protocol"].startswith("random"))
        for said in printed.values()
    ]
    si_audio = next(e for e in entries if e["name"] == "ravdess_speakers_21_24_replayed_audio")
    si_audio |= {"scores": str(audio), "why": []}
    # the study has XLS-R on one side only; of an SVM of ours both protocols, and one further
    entries += [
        ours("xlsr_random", model="XLS-R-300M", leaks=True, replayed=True, scores=audio),
        ours("svm_random", leaks=True, replayed=True),
        ours("svm_loso", protocol="leave one out"),
        ours("svm_grouped", protocol="3 folds"),
    ]
    ravdess_table(printed, entries, NO_LIMITS, labels(), files("ravdess"))
    rows = {(row["cells"]["Model and protocols"], row["cells"]["Metric"]): row for row in rows_of("ravdess")}
    model = "wav2vec2-base"
    assert list(rows[model, "WF1"]["cells"].values())[2:] == [
        "0.796", "not available: no weights", "0.659", "0.650 [0.550, 0.750] a",
    ]  # fmt: skip
    assert list(rows["XLS-R-300M", "WF1"]["cells"].values())[2:] == [
        "not published", "0.650 [0.550, 0.750] a", "0.773", "not available: no weights",
    ]  # fmt: skip
    # no score of ours on either side
    assert ("SVM (leave one out)", "UF1") not in rows
    # never blank
    assert all(cell for row in rows.values() for cell in row["cells"].values())
    notes = json.loads(Path("paper/tables/ravdess.json").read_text())["notes"]
    assert any(note.startswith("Not available here: weights of roberta_base") for note in notes)
    where = {"metric": "wf1", "slice": "pooled"}
    assert rows[model, "WF1"]["from"]["Apart: ours"][0] == {
        "file": str(audio), "where": where, "column": "value",
    }  # fmt: skip
