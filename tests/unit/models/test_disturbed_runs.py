"""Fine-tuned runs on the same clips under other conditions."""

import numpy as np
import pandas as pd
from support.places import to
from support.small_training import corpus, encoder, trained  # noqa: F401  (fixtures)

from sarangi.audio.conditions import disturbed_audio
from sarangi.base import store
from sarangi.models.disturbed_runs import disturbed_runs
from sarangi.models.runs import CorpusShards, Run


def test_each_run_tests_its_own_fold_again_and_the_same_sound_gives_the_same_answers(
    corpus, encoder, tmp_path
):
    runs, within = {}, []
    for fold in (0, 1):
        made = trained(corpus, encoder, tmp_path / str(fold), fold=fold, max_epochs=2)
        runs[Run(fold, 7)] = tmp_path / str(fold)
        within.append(store.read(made["predictions"]))
    disturbed_audio(corpus / "audio.parquet", 1, {"noise_0": to(tmp_path / "noise.parquet")})
    shards = {"as_is": corpus / "audio.parquet", "noise_0": tmp_path / "noise.parquet"}
    conditions = {
        name: CorpusShards(corpus / "manifest.parquet", {"audio": [path], "transcripts": []})
        for name, path in shards.items()
    }
    disturbed_runs(runs, corpus / "protocol.parquet", conditions, 4, 1, to(tmp_path / "o"))
    found = store.read(tmp_path / "o")
    order = ["utterance_id", "fold", "seed"]
    expected = pd.concat(within).sort_values(order, ignore_index=True)
    expected = expected[expected["status"] != "skipped"].reset_index(drop=True)
    same = found[found["condition"] == "as_is"].reset_index(drop=True)
    columns = [*order, "status", "reason", "emotion", "predicted"]
    pd.testing.assert_frame_equal(same[columns], expected[columns], check_dtype=False)
    stated = [column for column in found if column.startswith("p_")]
    assert np.allclose(same[stated], expected[stated], atol=1e-6, equal_nan=True)
    noisy = found[found["condition"] == "noise_0"].reset_index(drop=True)
    assert list(noisy["utterance_id"]) == list(same["utterance_id"])
    assert not np.allclose(noisy[stated], same[stated], equal_nan=True)
