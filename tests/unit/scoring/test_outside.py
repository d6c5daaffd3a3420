"""Predictions from outside: scored like the pipeline's own, and every problem of their table named."""

import numpy as np
import pandas as pd
import pytest
from support.places import MADE_BY_TEST, to
from support.small_manifests import EMOTIONS, LOSO, RANDOM, made_manifest

from sarangi.audit.protocol import protocol_audit
from sarangi.audit.rows import Audited
from sarangi.base import store
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.scored import Compared, ComparedOn, Scored
from sarangi.models.baselines import baseline
from sarangi.models.predictions import predictions_schema
from sarangi.scoring.differences import differences
from sarangi.scoring.marks import SplitFiles
from sarangi.scoring.outside import Split, checked, read, score
from sarangi.scoring.scores import scores
from sarangi.splits.protocols import protocol

SETTINGS = BootstrapSettings(draws=200, seed=1, confidence=0.95)
OF_NAMES = ["experiment", "model", "first"]


def made(folder, settings):
    """A corpus of nine speakers under a protocol, and the predictions of a model of two seeds."""
    manifest = made_manifest(folder / "manifest.parquet", speakers=9, clips=6, failed=1)
    rows = store.read(manifest)
    rows["file"] = rows["utterance_id"].str.removeprefix("made/")
    store.write(manifest, rows, MANIFEST, MADE_BY_TEST)
    protocol(manifest, "split", settings, to(folder / "protocol.parquet"))
    protocol_audit(Audited(manifest), "split", settings, None, to(folder / "audit.parquet"))
    mean = settings["kind"] == "stratified_kfold"
    split = Split(
        "made", "split", mean, *(folder / f"{n}.parquet" for n in ("manifest", "protocol", "audit"))
    )
    tested = store.read(split.protocol_file)
    tested = tested[tested["part"] == "test"].merge(rows[["utterance_id", "emotion"]], on="utterance_id")
    draw = np.random.default_rng(3)
    runs = []
    for seed in (1, 2):
        stated = draw.dirichlet([1] * 3, len(tested)).astype("float32")
        predicted = np.where(draw.random(len(tested)) < 0.6, tested["emotion"], "sad")
        columns = dict(zip([f"p_{e}" for e in EMOTIONS], stated.T, strict=True))
        runs.append(tested.assign(seed=seed, predicted=predicted, **columns))
    table = pd.concat(runs).astype({"seed": "Int32"}).sort_values(["utterance_id", "fold", "seed"])
    schema = predictions_schema(EMOTIONS)
    store.write(folder / "own.parquet", table[schema.names], schema, MADE_BY_TEST)
    entry = {"constant": {"protocol": "split", "kind": "constant"}}
    output = {"constant": to(folder / "constant.parquet")}
    baseline(manifest, {"split": split.protocol_file}, entry, 1, output)
    return split, table[schema.names]


@pytest.mark.parametrize("settings", [LOSO, RANDOM], ids=["pooled", "mean over folds"])
@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet"])
def test_the_pipelines_own_predictions_score_as_in_the_pipeline(settings, kind, tmp_path):
    split, table = made(tmp_path, settings)
    own = Compared([str(tmp_path / "own.parquet")], baseline=False, untrained=False)
    constant = Compared([str(tmp_path / "constant.parquet")], baseline=True, untrained=False)
    files = [str(path) for path in (split.manifest, split.protocol_file, split.audit)]
    experiment = Scored(
        "x", "made", "split", "own", "made", split.mean_of_folds, False, own.predictions, *files
    )
    output = {name: to(tmp_path / f"{name}.out.parquet") for name in ("scores", "confusions", "differences")}
    scores(experiment, SETTINGS, output)
    tested = SplitFiles(split.manifest, split.protocol_file, split.audit)
    on = ComparedOn("made", "split", split.mean_of_folds)
    differences({"own": own, "constant": constant}, on, tested, SETTINGS, output["differences"])

    file = tmp_path / f"mine.{kind}"
    theirs = table.sample(frac=1, random_state=0).rename(columns={"utterance_id": "file"})
    theirs["file"] = theirs["file"].str.removeprefix("made/")
    theirs = theirs.drop(columns=["status", "reason", "emotion"])
    if kind == "parquet":
        theirs.to_parquet(file, index=False)
    else:
        separator = {"csv": ",", "tsv": "\t"}[kind]
        theirs.replace({"predicted": {"angry": "Anger"}}).to_csv(file, sep=separator, index=False)
    answers = checked(read(file), split)
    assert answers.missing == []
    result = score(answers, "mine", split, {"constant": constant}, SETTINGS)
    for name, found in result._asdict().items():
        expected = store.read(output[name].path)
        assert len(expected) > 4
        alike = [column for column in expected if column not in OF_NAMES]
        pd.testing.assert_frame_equal(found[alike], expected[alike], check_exact=True)


def test_what_is_missing_is_counted_and_marks_the_scores(tmp_path):
    split, table = made(tmp_path, LOSO)
    first = table["fold"] == 0
    table = table[(table["seed"] == 1) & ~(first & table["utterance_id"].str.endswith(("00.wav", "01.wav")))]
    table.to_csv(tmp_path / "mine.csv", index=False)
    answers = checked(read(tmp_path / "mine.csv"), split)
    assert answers.missing == [
        "fold 0: 2 of 6 test utterances have no prediction, the first is made/S0_00.wav"
    ]
    result = score(answers, "mine", split, {}, SETTINGS)
    assert result.scores["mark"].str.contains("predictions missing").all()
    assert result.differences.empty


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"utterance_id": "made/S0_99.wav"}, "mine.csv:2: unknown utterance_id 'made/S0_99.wav'; did you"),
        ({"fold": 9}, "mine.csv:2: split has no fold 9; it has 0 to 8"),
        ({"fold": "one"}, "mine.csv:2: fold is 'one'; expected a whole number"),
        ({"fold": 1}, "is in the train part of fold 1, so its prediction is not a test; it is "
                      "tested in fold 0"),
        ({"predicted": "agry"}, "mine.csv:2: the emotion 'agry' is not one of the protocol's; did you"),
        ({"predicted": ""}, "mine.csv:2: nothing is predicted"),
        ({"p_sad": 0.9, "p_happy": 0.9}, "mine.csv:2: the probabilities add up to "),
        ({"p_sad": -0.1}, "mine.csv:2: p_sad is -0.1; expected a number from 0 to 1"),
        ({"p_sad": ""}, "mine.csv:2: p_sad is ''; expected a number"),
        ({"utterance_id": "made/S0_01.wav"}, "mine.csv:3: made/S0_01.wav is predicted twice in fold 0, the "
         "first time at mine.csv:2"),
        ({"utterance_id": "made/S8_05.wav", "fold": 8}, "made/S8_05.wav is in no part of fold 8"),
    ],
)  # fmt: skip
def test_each_problem_of_a_row_is_named_with_its_line(changed, said, tmp_path):
    split, table = made(tmp_path, LOSO)
    table = table[table["seed"] == 1].astype(object)
    for column, value in changed.items():
        table.loc[table.index[0], column] = value
    table.to_csv(tmp_path / "mine.csv", index=False)
    with pytest.raises(SarangiError) as error:
        checked(read(tmp_path / "mine.csv"), split)
    assert said in str(error.value)
    assert str(error.value).startswith("1 problem in the predictions for split on made; nothing is scored.")


def test_each_problem_of_the_columns_is_named(tmp_path):
    split, table = made(tmp_path, LOSO)
    file = tmp_path / "mine.csv"
    table.rename(columns={"fold": "split"}).to_csv(file, index=False)
    with pytest.raises(SarangiError, match=r"mine.csv:1: no column fold; found utterance_id, split"):
        read(file)
    table.rename(columns={"p_sad": "p_sat"}).to_csv(file, index=False)
    with pytest.raises(SarangiError, match=r"(?s)the column p_sat: did you mean sad.*no column p_sad"):
        checked(read(file), split)
    file.write_text("")
    with pytest.raises(SarangiError, match="no column utterance_id or file"):
        read(file)
    file.write_bytes(b"\xff\xfea,b")
    with pytest.raises(SarangiError, match="not a table that can be read"):
        read(file)
