"""The table of folds that hold pseudo-speakers apart."""

from support.labels import labels
from support.study_tables import files, put, rows_of, scored  # noqa: F401  (fixture)

from sarangi.base.guessed_folds import GuessedFolds
from sarangi.base.marks import GROUPS_GUESSED
from sarangi.base.missing import WEIGHTS, Missing
from sarangi.base.premium_rows import PREMIUMS
from sarangi.paper.tables.pseudo_speakers import SOLE, Files, pseudo_speakers_table
from sarangi.speakers.measures import MEASURES

PROTOCOLS = {"random5": "random", "loso": "LOSO", "lovo": "leave one voice out"}


def premium(file, apart, value, low):
    """A file of one premium of matched folds."""
    row = dict.fromkeys(PREMIUMS.names) | {
        "corpus": "urdu_latif", "model": "svm", "folds": "matched", "shared": "m", "apart": apart,
        "metric": "uar", "value": value, "low": low, "high": value + 0.1, "n": 40, "groups": 16, "mark": "",
    }  # fmt: skip
    return put(f"results/{file}.parquet", PREMIUMS, [row])


def measures(speakers, nested):
    """A file of measures."""
    found = {"voices": 20, "residual_leakage": 0.625, "one_emotion": nested}
    rows = [
        {"measure": m, "slice": "all", "value": v if speakers or m == "voices" else None, "chance": 0.9,
         "best": 0.0, "n": 40, "speakers": speakers, "reason": None}
        for m, v in found.items()
    ]  # fmt: skip
    return str(put("results/speaker_measures/v/urdu_latif.parquet", MEASURES, rows))


def shown(files, low=0.01, speakers=16, nested=0.9, missing=()):
    uar = {("uar", "pooled"): 0.5}
    names = {name: f"urdu_latif_{name}_svm" for name in PROTOCOLS}
    guessed = None if missing else names["lovo"]
    row = GuessedFolds("urdu_latif", "svm", "lovo", guessed, names["random5"], names["loso"],
                       None if missing else measures(speakers, nested), tuple(missing))  # fmt: skip
    written = files("pseudo_speakers")
    scores = [scored(f"{name}_svm", uar, GROUPS_GUESSED if name == "lovo" else "") for name in PROTOCOLS]
    premiums = (
        premium("premiums", names["loso"], 0.08, low),
        premium("pseudo_premiums", names["lovo"], 0.02, -0.1),
    )
    titles = labels(protocols=PROTOCOLS, models={"svm": "SVM"})
    pseudo_speakers_table([row], Files(scores, *premiums), titles, written)
    return [each["cells"] for each in rows_of("pseudo_speakers")], written["md"].read_text()


def test_what_is_recovered_is_a_share_of_a_premium_that_there_is(files):
    (random, guessed, known), text = shown(files)
    assert (random["Premium"], guessed["Premium"], known["Premium"]) == ("–", "+2.0", "+8.0")
    assert (guessed["Recovered"], known["Recovered"]) == ("25 %", "–")
    assert SOLE in text and "0.62 on URDU" in text and "voices that are guessed" in text
    (_, guessed, known), text = shown(files, low=-0.01, nested=0.1)
    assert guessed["Recovered"] == "–" and "may be nothing" in text and SOLE not in text
    assert known["Its interval"].startswith("[-1.0")


def test_without_known_speakers_or_without_weights_it_says_so(files):
    (_, guessed), text = shown(files, speakers=0)
    assert (guessed["UAR"], guessed["Recovered"]) == ("0.500", "–")
    assert "nobody names its speakers" in text and "is not known: no corpus that has them" in text
    lines, text = shown(files, missing=[Missing(WEIGHTS, "ge2e", "put g.pt there")])
    assert [line["Marks"] for line in lines][1] == "not available"
    assert "Not available: weights of ge2e: put g.pt there." in text
