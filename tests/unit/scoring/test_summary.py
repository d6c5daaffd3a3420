"""The scores of a study in a few lines."""

from support.rated import TITLES, scores_of
from support.score_files import made

from sarangi.base.labels import Labels
from sarangi.base.missing import CORPUS, WEIGHTS, Missing
from sarangi.scoring.summary import LACKING, SHOWN, run_summary

LABELS = Labels(
    {"my": "My", "other": "Other"},
    {"loso": "leave one speaker out", "random5": "random 5-fold", **{f"p{n}": f"P {n}" for n in range(9)}},
    {"svm": "SVM", "logistic": "logistic regression", "constant": "constant"}, {}, {}, [],
)  # fmt: skip


def told(folder, *scores):
    files = [
        made(folder, f"my_{p}_{m}", "my", p, m, value=value, mark=mark)[0] for p, m, value, mark in scores
    ]
    run_summary(files, ["random5"], ["constant"], LABELS, folder / "summary.txt")
    return (folder / "summary.txt").read_text(encoding="utf-8").splitlines()


def test_the_best_model_is_told_beside_chance_and_random_folds(tmp_path):
    assert told(
        tmp_path,
        ("loso", "svm", 0.538, "descriptive interval"),
        ("loso", "logistic", 0.5, ""),
        ("loso", "constant", 0.9, ""),
        ("random5", "svm", 0.897, "groups shared"),
        ("random5", "logistic", 0.95, "groups shared"),
    ) == [
        "My, leave one speaker out: UAR 0.538 (0.438 to 0.738) by SVM, the best of 2 models; chance 0.250; "
        "40 utterances, 9 groups; descriptive interval",
        "  the same model where speakers leak from training to test: 0.897 (random 5-fold)",
    ]


def test_without_speakers_the_lines_say_what_they_cannot(tmp_path):
    lines = told(tmp_path, ("random5", "svm", 0.9, "groups shared; interval too narrow"))
    assert lines[0].endswith("; interval too narrow")
    assert lines[1:] == ["  no protocol keeps speakers apart, so this says nothing about other speakers"]


def test_further_protocols_are_counted(tmp_path):
    lines = told(tmp_path, *((f"p{n}", "svm", 0.5, "") for n in range(5)))
    assert len(lines) == SHOWN + 1
    assert lines[-1].startswith("  2 more protocols")


def test_a_study_without_scores_says_so(tmp_path):
    assert told(tmp_path) == ["Nothing is scored."]
    assert told(tmp_path, ("loso", "constant", 0.25, "")) == ["My: no model is scored yet"]


def test_models_that_could_not_run_are_named_with_what_they_need(tmp_path):
    weights = Missing(WEIGHTS, "mine", "put it at resources/models/mine")
    waiting = [["my", p, m, [weights]] for p in ("loso", "random5") for m in ("svm", "logistic")]
    waiting += [["other", "loso", "svm", [Missing(CORPUS, f"c{n}", "")]] for n in range(LACKING)]
    run_summary([], [], [], LABELS, tmp_path / "summary.txt", waiting=waiting)
    lines = (tmp_path / "summary.txt").read_text(encoding="utf-8").splitlines()
    assert lines[1] == (
        "Not run: SVM, logistic regression; needs weights of mine: put it at resources/models/mine"
    )
    assert lines[2] == "Not run: SVM; needs corpus c0"
    assert lines[-1] == "Also missing, 1 more: paper/tables/availability.md"


def test_the_best_model_of_each_rating_is_told_with_its_error_on_the_scale(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    titles = LABELS._replace(corpora={"iemocap": "IEMOCAP"}, **TITLES)
    ratings = [
        scores_of("oracle", {"arousal": 0.9}),
        scores_of("svr", {"arousal": 0.5, "valence": 0.25}, slices=("folds",), mark="descriptive interval"),
        scores_of("ridge", {"valence": 0.375}),
    ]  # fmt: skip
    run_summary([], [], ["oracle"], titles, tmp_path / "summary.txt", ratings)
    assert (tmp_path / "summary.txt").read_text().splitlines() == [
        "IEMOCAP, leave one out, arousal: CCC 0.500 (0.375 to 0.625), mean of folds by eGeMAPS + SVR; "
        "RMSE 0.800 on a scale of 1 to 5; 40 utterances, 9 groups; descriptive interval",
        "IEMOCAP, leave one out, valence: CCC 0.375 (0.250 to 0.500) by ridge; RMSE 0.800 on a scale of "
        "1 to 5; 40 utterances, 9 groups",
    ]
