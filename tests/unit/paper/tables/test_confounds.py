"""The table of speaker directions."""

from support.labels import labels
from support.study_tables import (
    TITLES,
    files,  # noqa: F401  (fixture)
    put,
    rows_of,
    scored,
)

from sarangi.paper.tables.confounds import confounds_table
from sarangi.speakers.probing import PROBES

REASON = "emotion is nested in the speaker: in the corpus 26 of 29 speakers have one emotion alone"


def probe(corpus, **values):
    """A file of a probe."""
    blank = {"seeds": 0, "clips": 400, "speakers": 29, "of_one_emotion": 26, "directions": 40}
    lines = [
        {**dict.fromkeys(PROBES.names), **blank, "projected": projected, **values}
        for projected in ("nothing", "speaker")
    ]
    return str(put(f"results/speaker_probes/states/{corpus}.parquet", PROBES, lines))


def test_a_refusal_is_a_reason_and_never_a_number(files):
    told = probe("ravdess", accuracy=0.875, chance=0.1667)
    refused = probe("urdu_latif", directions=None, reason=REASON)
    row = {"protocol": "loso", "model": "svm", "scores": None, "missing": None}
    scores = scored("loso_svm", {("uar", "pooled"): 0.625})
    empty = scored("loso_forest", {("uar", "pooled"): float("nan")}, "nothing predicted", n=0, chance=None)
    written = files("confounds")
    confounds_table(
        [
            row | {"corpus": "ravdess", "projected": "speaker", "probe": told, "scores": str(scores)},
            row | {"corpus": "urdu_latif", "projected": "speaker", "probe": refused, "scores": str(empty)},
            row
            | {"corpus": "shemo", "projected": "nothing", "probe": None, "missing": "corpus shemo: get it"},
        ],
        labels(**TITLES),
        written,
    )
    first, second, third = (each["cells"] for each in rows_of("confounds"))
    assert (first["Speaker"], first["Directions"]) == ("0.88 (0.17)", "40")
    assert (first["UAR"], first["Interval"]) == ("0.625", "[0.525, 0.725]")
    assert (second["Speaker"], second["Directions"], second["UAR"]) == ("refused", "–", "–")
    assert second["Marks"] == "g"
    assert (third["Speaker"], third["Projected out"]) == ("–", "nothing")
    text = written["md"].read_text()
    assert f"refused, {REASON}." in text and "cannot be made, corpus shemo: get it" in text
