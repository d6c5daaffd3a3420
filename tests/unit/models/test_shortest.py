"""Clips of fewer samples than one frame of an encoder: each fails alone, whatever hears it."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from support.places import MADE_BY_TEST, to
from support.small_encoders import AUDIO, BOTH, HEARERS, corpus, encoders, trained  # noqa: F401  (fixtures)
from support.states import SECONDS

from sarangi.audio.flac import encode
from sarangi.audio.shard_rows import AUDIO as SOUND
from sarangi.base import store
from sarangi.models.encoders import Encoder, load_encoder
from sarangi.models.pooled_states import pooled_states
from sarangi.models.prefix_states import Prefix, prefix_states
from sarangi.models.runs import CorpusShards, Run
from sarangi.models.shortest import samples_needed
from sarangi.models.transfer import transfer

LENGTHS = {6: 1, 7: 100, 10: 399, 11: 400}
"""Samples of some clips, by their place in the corpus; all but the last are too short."""
PREFIX = AUDIO | {"frozen_layers": 1, "prefix": "kept"}


@pytest.fixture(scope="module")
def short(corpus, tmp_path_factory):
    """The corpus, in which some clips are very short; the folder of its audio."""
    folder = tmp_path_factory.mktemp("short")
    with store.Writer(folder / "audio.parquet", SOUND, MADE_BY_TEST) as writer:
        for place, row in enumerate(store.rows(corpus / "audio.parquet")):
            if place in LENGTHS:
                noise = np.random.default_rng(place).integers(-9999, 9999, LENGTHS[place], dtype=np.int16)
                row["audio"]["bytes"] = encode(noise)
            writer.add(row)
    return folder


def transferred(corpus, files, folder):
    """Test the run in a folder on a corpus."""
    shards = CorpusShards(corpus / "manifest.parquet", files)
    transfer({Run(0, 7): folder / "run"}, shards, 4, 1, {}, to(folder / "t"))


@pytest.mark.parametrize("name", HEARERS)
def test_one_sample_less_than_is_needed_gives_no_frame(encoders, name):
    model = load_encoder(encoders[name])
    needed = samples_needed(model.config)
    assert needed == {"wav2vec2_bert": 560, "whisper": 320}.get(name, 400)
    with torch.no_grad():
        assert model.feature_extractor(torch.randn(1, needed)).shape[-1] == 1
        with pytest.raises(RuntimeError):
            model.feature_extractor(torch.randn(1, needed - 1))


def test_states_are_of_the_clips_that_are_long_enough(short, encoders, tmp_path):
    pooled_states(short / "audio.parquet", Encoder(encoders["wavlm"]), SECONDS, 1, to(tmp_path / "s"))
    rows = store.read(tmp_path / "s")
    assert [status for status in rows["status"][list(LENGTHS)]] == ["failed"] * 3 + ["ok"]
    assert "100 samples (0.0063 s), and it needs 400" in rows["reason"][7]
    assert (rows["status"] == "failed").sum() == 4  # with the broken one
    prefix = Prefix(Encoder(encoders["wavlm"]), 1, SECONDS, 1.0)
    prefix_states(short / "audio.parquet", prefix, 1, to(tmp_path / "p"))
    assert set(load_file(tmp_path / "p")) == set(rows.loc[rows["status"] == "ok", "utterance_id"])


@pytest.mark.parametrize(
    "model", [{"audio": AUDIO}, BOTH, {"audio": PREFIX}], ids=["audio", "both", "prefix"]
)
def test_a_run_goes_on_without_the_clips_that_are_too_short(model, short, corpus, encoders, tmp_path):
    files = {"audio": [short / "audio.parquet"]}
    output = trained(corpus, encoders, tmp_path / "run", model, files=files, max_epochs=1)
    transferred(corpus, files, tmp_path)
    ids = store.read(corpus / "manifest.parquet")["utterance_id"]
    tested = [store.read(path).set_index("utterance_id") for path in (output["predictions"], tmp_path / "t")]
    assert len(tested[1]) == len(ids)
    for table in tested:
        for place, samples in LENGTHS.items():
            if ids[place] in table.index:
                row = table.loc[ids[place]]
                assert row["status"] == ("ok" if samples == 400 else "failed"), samples
                assert samples == 400 or f"too short for the encoder: {samples} samples" in row["reason"]
        assert table.loc[table["status"] == "ok", "predicted"].notna().all()


@pytest.mark.parametrize("model", [BOTH, {"text": BOTH["text"]}], ids=["both", "text"])
def test_an_utterance_without_words_is_skipped_by_what_reads(model, corpus, encoders, tmp_path):
    files = {"audio": [corpus / "audio.parquet"]}
    trained(corpus, encoders, tmp_path / "run", model, files=files, max_epochs=1)
    transferred(corpus, files, tmp_path)
    rows = store.read(tmp_path / "t")
    wordless = store.read(corpus / "manifest.parquet")["utterance_id"][8]
    (row,) = rows[rows["utterance_id"] == wordless].itertuples()
    assert (row.status, row.reason) == ("skipped", "no words, which the model needs")
    assert not isinstance(row.predicted, str)
    assert (rows["status"] == "skipped").sum() == 1
