"""The table of transcripts."""

import pandas as pd
import pytest
from support.labels import labels
from support.places import MADE_BY_TEST
from support.small_manifests import made_manifest

from sarangi.base import store
from sarangi.paper.tables.transcripts import transcripts_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.transcripts.error_rates import error_rates
from sarangi.transcripts.transcription import TRANSCRIPTS


def test_the_table_weighs_words_and_says_what_is_empty_or_was_decoded_again(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=3, clips=2)
    folder = tmp_path / "results/transcripts/small/ravdess"
    folder.mkdir(parents=True)
    said, heard = "red green blue black", ["red green blue black", "", "red"]
    with store.Writer(folder / "0.parquet", TRANSCRIPTS, MADE_BY_TEST) as writer:
        for place, name in enumerate(store.read(manifest)["utterance_id"]):
            line = dict.fromkeys(TRANSCRIPTS.names) | {"utterance_id": name, "status": "ok"}
            # the third speaker says one word, and it is understood
            text, reference = (
                (heard[place], said) if place < 3 else (("red", "red") if place < 5 else ("x", None))
            )
            line |= {"text": text, "tries": 1 + (place in (2, 4)), "avg_logprob": -0.5}
            line |= {"failed_check": "probability" if place == 4 else None}
            writer.add(line | error_rates(reference, text, "en"))
    output = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    transcripts_table(
        [folder / "0.parquet"], {"ravdess": manifest}, {"draws": 200, "seed": 1, "confidence": 0.95},
        {}, [], labels(asr={"small": "small"}), output,
    )  # fmt: skip
    row = pd.read_csv(output["csv"], dtype=str).iloc[0]
    counts = row[["Utterances", "Empty", "Again", "Failed", "With reference", "WER"]]
    assert counts.tolist() == ["6", "1", "2", "1", "5", "0.5"]
    assert float(row["low"]) <= 0.5 <= float(row["high"])
    assert float(row["CER"]) == pytest.approx((20 + 17) / (3 * 20 + 2 * 3), abs=1e-12)
