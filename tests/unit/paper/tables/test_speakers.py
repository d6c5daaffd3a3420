"""The table of pseudo-speakers."""

import pandas as pd
from support.labels import labels
from support.study_tables import files, put, rows_of  # noqa: F401  (fixture)

from sarangi.paper.tables.speakers import speakers_table
from sarangi.speakers.calibration import THRESHOLD
from sarangi.speakers.measures import MEASURES, NO_SPEAKERS

VALUES = {
    ("voices", "all"): 20, ("residual_leakage", "all"): 0.625, ("residual_leakage", "sad"): 0.5,
    ("residual_leakage", "angry"): 0.75, ("purity", "all"): 0.8125, ("completeness", "all"): 0.9,
    ("adjusted_rand", "all"): 0.7, ("equal_error", "all"): 0.125, ("one_emotion", "all"): 0.9,
}  # fmt: skip


def of(corpus, values, speakers, reason=None):
    """A file of measures."""
    lines = [
        {"measure": measure, "slice": part, "value": value, "chance": 0.25, "best": 0.0, "n": 400,
         "speakers": speakers, "reason": None if measure == "voices" else reason}
        for (measure, part), value in values.items()
    ]  # fmt: skip
    return str(put(f"results/speaker_measures/p/{corpus}.parquet", MEASURES, lines))


def test_every_corpus_has_a_row_and_notes_say_what_its_numbers_cannot(files):
    nested = dict(zip(THRESHOLD.names, ["urdu_latif", 400, 29, 29, 26, 0.3219, 0.1, 0.8], strict=True))
    threshold = str(put("results/speaker_thresholds/p.parquet", THRESHOLD, [nested]))
    nameless = {key: 4 if key[0] == "voices" else None for key in VALUES if key[1] == "all"}
    rows = [
        {"corpus": "urdu_latif", "measures": of("urdu_latif", VALUES, 29)},
        {"corpus": "punjabi_rasa", "measures": of("punjabi_rasa", nameless, 0, NO_SPEAKERS),
         "threshold": threshold, "calibration": "urdu_latif"},
        {"corpus": "shemo", "measures": None, "missing": "shemo: get it"},
    ]  # fmt: skip
    written = files("speakers")
    speakers_table(
        [{"title": "GE2E", "missing": None, "threshold": 0.25, "calibration": None} | row for row in rows],
        labels(),
        written,
    )
    first, second, third = (row["cells"] for row in rows_of("speakers"))
    assert first["Leakage"] == "0.62 (0.25)" and first["Equal error"] == "0.12"
    assert first["By emotion"] == "angry 0.75, sad 0.50"
    assert (first["Threshold"], first["Threshold from"], first["Voices"]) == ("0.250", "stated", "20")
    assert (second["Speakers"], second["Voices"], second["Leakage"]) == ("not named", "4", "–")
    assert second["Threshold"] == "0.322"
    assert third["By emotion"] == "cannot be made"
    text = written["md"].read_text()
    assert text.count("most speakers have one emotion alone") == 2
    assert NO_SPEAKERS in text and "cannot be made, shemo: get it" in text
    assert len(pd.read_csv(written["csv"])) == 3
