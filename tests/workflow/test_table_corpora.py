"""Real corpora described again as tables: the manifests, features and scores of their own modules."""

import csv

import pandas as pd
import pytest
import yaml
from support.places import real, to
from support.running import snakemake, succeeded

from sarangi.base import store
from sarangi.corpora.manifest import manifest
from sarangi.corpora.table_corpus import table_manifest
from sarangi.corpora.table_settings import TableSettings

DESCRIBED = ("file", "label", "speaker", "group", "gender", "text")
SPEAKERS = ("SM1_", "SM2_", "SM3_", "SF1_", "SF4_", "SM27_")


def told(rows, table):
    """What a manifest says of each recording, as a user's own table with other names of columns."""
    with table.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow([f"my {name}" for name in DESCRIBED])
        lines.writerows(rows[list(DESCRIBED)].fillna("").itertuples(index=False))


def same(one, other):
    """Assert that two tables are the same but for the corpus in ids and names."""
    frames = []
    for frame in (one, other):
        ids = frame["utterance_id"].str.partition("/")[2]
        frames.append(frame.assign(utterance_id=ids).sort_values("utterance_id", ignore_index=True))
    left, right = (frame.drop(columns="corpus", errors="ignore") for frame in frames)
    pd.testing.assert_frame_equal(left, right[left.columns], check_exact=True)


@pytest.mark.parametrize(("corpus", "language"), [("urdu_latif", "ur"), ("ravdess", "en")])
def test_a_manifest_by_a_table_is_that_of_the_module(tmp_path, corpus, language):
    manifest(real(corpus), corpus, 1, to(tmp_path / "native.parquet"))
    native = store.read(tmp_path / "native.parquet")
    told(native, tmp_path / "labels.csv")
    emotions = dict(native[["label", "emotion"]].drop_duplicates().itertuples(index=False))
    columns = {("emotion" if name == "label" else name): f"my {name}" for name in DESCRIBED}
    settings = TableSettings("delimited", columns, emotions, [], language, [])
    table_manifest(real(corpus), tmp_path / "labels.csv", "my", settings, 1, to(tmp_path / "my.parquet"))
    assert (native["status"] == store.OK).sum() > 250
    same(native, store.read(tmp_path / "my.parquet"))


def test_features_and_scores_by_a_table_are_those_of_the_module_to_the_last_digit(tmp_path):
    whole = real("urdu_latif")
    copy = tmp_path / "resources/corpora/urdu_latif"
    for file in sorted(whole.rglob("*.wav")):
        if file.name.startswith(SPEAKERS):
            (copy / file.parent.name).mkdir(parents=True, exist_ok=True)
            (copy / file.parent.name / file.name).write_bytes(file.read_bytes())
    manifest(copy, "urdu_latif", 1, to(tmp_path / "native.parquet"))
    told(store.read(tmp_path / "native.parquet"), tmp_path / "labels.csv")
    columns = {("emotion" if name == "label" else name): f"my {name}" for name in DESCRIBED}
    config = {
        "download": False,
        "corpora": {
            "urdu_latif": {},
            "my": {
                "table": "labels.csv", "audio": "resources/corpora/urdu_latif", "language": "ur",
                "columns": columns,
            },
        },
        "experiments": [
            {"corpora": ["urdu_latif", "my"], "protocols": ["loso"], "models": ["egemaps_svm"]}
        ],
        "bootstrap": {"draws": 200},
    }  # fmt: skip
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    names = [f"{corpus}_loso_egemaps_svm" for corpus in ("urdu_latif", "my")]
    targets = [f"results/scores/{name}.parquet" for name in names]
    succeeded(snakemake("--cores", 2, *targets, directory=tmp_path))
    for kind in (
        "corpora/{}/manifest",
        "features/egemaps/{}/000",
        "runs/{}_loso_egemaps_svm/predictions/within",
    ):
        same(*(store.read(tmp_path / f"results/{kind.format(c)}.parquet") for c in ("urdu_latif", "my")))
    scores = [
        store.read(tmp_path / target).drop(columns=["experiment", "corpus", "test"]) for target in targets
    ]
    pd.testing.assert_frame_equal(*scores, check_exact=True)
    assert 0 < scores[0].query("slice == 'pooled' and metric == 'uar'")["value"].item() < 1
