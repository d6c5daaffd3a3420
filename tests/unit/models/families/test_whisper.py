"""Whisper's encoder as an encoder of speech, beside transformers' and openai-whisper's own."""

import json

import pytest
import torch
import whisper
from safetensors.torch import load_file, save_file
from support.places import to
from support.small_encoders import AUDIO, WHISPER, corpus, encoders, trained  # noqa: F401  (fixtures)
from support.small_training import killed_after_epoch
from support.states import SECONDS, cached
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.models.branches import AudioBranch
from sarangi.models.encoders import Encoder, build_encoder, freeze, load_encoder, normalises
from sarangi.models.families.whisper import log_mel
from sarangi.models.fusion import EmotionClassifier
from sarangi.models.pooled_states import pooled_states
from sarangi.models.runs import CorpusShards, Run
from sarangi.models.shortest import refuse_longer
from sarangi.models.speech_states import prepared, speech_states
from sarangi.models.transfer import transfer

RATE, FRAME = 16_000, 320
SIZES = {"tiny": (80, 384, 6, 4), "base": (80, 512, 8, 6), "large-v3": (128, 1280, 20, 32)}
"""Published ones: bands, width, heads, layers."""


@pytest.fixture(params=[80, 128])
def published(request, tmp_path):
    """A Whisper of transformers, and the folder that it publishes, decoder and all."""
    torch.manual_seed(0)
    settings = WHISPER | {"num_mel_bins": request.param}
    network = WhisperForConditionalGeneration(WhisperConfig(**settings)).eval()
    state = {f"{name}": tensor.contiguous() for name, tensor in network.state_dict().items()}
    state.pop("proj_out.weight")  # tied to the decoder's embedding
    save_file(state, tmp_path / "model.safetensors")
    network.config.to_json_file(tmp_path / "config.json")
    WhisperFeatureExtractor(feature_size=request.param).save_pretrained(tmp_path)
    return network.model.encoder, tmp_path


def bands_of(signal, bands):
    """The bands of a clip as transformers gives them for the clip and a second of silence."""
    extract = WhisperFeatureExtractor(feature_size=bands, chunk_length=len(signal) // RATE + 1)
    frames = len(signal) // FRAME * 2
    return extract(signal.numpy(), sampling_rate=RATE, return_tensors="pt")["input_features"][0, :, :frames]


@pytest.mark.parametrize("samples", [2 * RATE, 9000])
def test_every_state_is_that_of_transformers_whisper_on_the_clip(published, samples):
    theirs, folder = published
    bands = theirs.config.num_mel_bins
    signal = 0.1 * torch.randn(samples, generator=torch.Generator().manual_seed(samples))
    mel = bands_of(signal, bands)
    assert torch.allclose(log_mel(signal, bands), mel, atol=2e-4)
    positions = samples // FRAME
    # it takes one length alone: as many positions as this clip has
    theirs.config.max_source_positions = positions
    theirs.embed_positions = torch.nn.Embedding.from_pretrained(theirs.embed_positions.weight[:positions])
    model = load_encoder(folder).eval()
    assert normalises(folder) is False
    with torch.no_grad():
        expected = theirs(mel[None], output_hidden_states=True)
        states, mask = speech_states(model, [signal, signal[:4000]], every_layer=True)
    assert mask.sum(1).tolist() == [positions, 4000 // FRAME]
    assert torch.allclose(states[:2, 0], torch.cat(expected.hidden_states[:2]), atol=2e-4)
    assert torch.allclose(states[-1, 0], expected.last_hidden_state[0], atol=2e-4)
    assert states[:, 0].std() > 0.1


@pytest.mark.parametrize("context", [0.4, 30])
def test_with_silence_behind_it_a_clip_has_the_states_of_transformers_own_in_that_context(published, context):
    """Of the clip's frames alone, whatever it is next to; 30 fills the window, of 2 s here."""
    theirs, folder = published
    signal = 0.1 * torch.randn(9000, generator=torch.Generator().manual_seed(3))
    samples = min(2 * RATE, len(signal) + round(context * RATE))
    mel = bands_of(torch.nn.functional.pad(signal, (0, samples - len(signal))), theirs.config.num_mel_bins)
    theirs.config.max_source_positions = samples // FRAME
    positions = theirs.embed_positions.weight[: samples // FRAME]
    theirs.embed_positions = torch.nn.Embedding.from_pretrained(positions)
    model, own = load_encoder(folder).eval(), len(signal) // FRAME
    with torch.no_grad():
        expected = theirs(mel[None], output_hidden_states=True)
        longer = torch.randn(30_000, generator=torch.Generator().manual_seed(4))
        states, mask = speech_states(model, [signal, longer], every_layer=True, context=context)
        alone, _ = speech_states(model, [signal], every_layer=True, context=context)
        without, _ = speech_states(model, [signal], every_layer=True)
    assert mask.sum(1).tolist() == [own, 30_000 // FRAME]
    assert states.shape[2] == mask.shape[1] == 30_000 // FRAME
    for hidden, found in zip(expected.hidden_states[:2], states[:2, 0], strict=True):
        assert torch.allclose(found[:own], hidden[0, :own], atol=2e-4)
    assert torch.allclose(states[-1, 0, :own], expected.last_hidden_state[0, :own], atol=2e-4)
    assert torch.allclose(states[:, 0, :own], alone[:, 0], atol=1e-5)
    assert (alone[-1] - without[-1]).abs().max() > 1e-2


@pytest.mark.parametrize("size", SIZES)
def test_a_published_size_has_the_tensors_of_openais_encoder(size):
    bands, width, heads, layers = SIZES[size]
    settings = {
        "model_type": "whisper", "d_model": width, "encoder_layers": layers, "num_mel_bins": bands,
        "encoder_attention_heads": heads, "encoder_ffn_dim": 4 * width, "max_source_positions": 1500,
    }  # fmt: skip
    with torch.device("meta"):
        ours = build_encoder(settings)
        theirs = whisper.model.AudioEncoder(bands, 1500, width, heads, layers)
    count = sum(tensor.numel() for tensor in ours.state_dict().values())
    assert count == sum(tensor.numel() for tensor in theirs.state_dict().values())
    assert ours.config.hidden_size == width
    refuse_longer(settings, 30)
    with pytest.raises(SarangiError, match=r"is 31, and its encoder \(whisper\) takes at most 30 s"):
        refuse_longer(settings, 31)


def test_what_does_not_go_with_an_encoder_is_refused(published, corpus, tmp_path):
    _, folder = published
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    bands = settings["feature_size"]
    with pytest.raises(SarangiError, match=r"max_audio_s is 2\.5, .* at most 2"):
        pooled_states(corpus / "audio.parquet", Encoder(folder), 2.5, 1, to(tmp_path / "s"))
    for key, value in (("feature_size", 64), ("n_fft", 512), ("sampling_rate", 8000)):
        (folder / "preprocessor_config.json").write_text(json.dumps(settings | {key: value}))
        with pytest.raises(SarangiError, match=rf"preprocessor_config\.json: {key} is {value}, and"):
            normalises(folder)
    state = load_file(folder / "model.safetensors")
    state.pop("model.encoder.conv2.bias")
    save_file(state, folder / "model.safetensors")
    with pytest.raises(SarangiError, match=r"lack 1 tensors, first feature_extractor\.conv2\.bias"):
        load_encoder(folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_mel_bins": bands + 1}))
    with pytest.raises(SarangiError, match=r"does not fit config\.json: .*conv1\.weight"):
        load_encoder(folder)


def test_stretches_are_masked_in_training_alone_and_where_the_settings_say_so(encoders):
    model, signals = load_encoder(encoders["whisper"]), [torch.randn(9000), torch.randn(4000)]
    branch = AudioBranch(model)
    freeze(model, 0)
    plain = branch.eval()(signals)[0]
    assert torch.equal(branch.train()(signals)[0], plain)  # as published
    model.config.apply_spec_augment = True
    assert not torch.equal(branch.train()(signals)[0], plain)
    assert torch.equal(branch.eval()(signals)[0], plain)


def test_a_run_learns_above_what_is_frozen_resumes_and_is_opened(corpus, encoders, tmp_path, monkeypatch):
    model = {"audio": AUDIO | {"encoder": "whisper", "frozen_layers": 1}}
    more = {"max_epochs": 2, "gradient_checkpointing": True}
    whole = trained(corpus, encoders, tmp_path / "whole", model, **more)
    with killed_after_epoch(1, monkeypatch):
        trained(corpus, encoders, tmp_path / "killed", model, **more)
    resumed = trained(corpus, encoders, tmp_path / "killed", model, **more)
    assert resumed["model"].read_bytes() == whole["model"].read_bytes()
    before = load_encoder(encoders["whisper"]).state_dict()
    after = EmotionClassifier.from_pretrained(tmp_path / "whole").audio.encoder.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert {name.rsplit(".", 2)[0] for name in changed} >= {"encoder.layers.1.self_attn"}
    above = ("encoder.layers.1.", "encoder.layer_norm.")
    assert [name for name in changed if not name.startswith(above)] == []
    files = {"audio": [corpus / "audio.parquet"]}
    shards = CorpusShards(corpus / "manifest.parquet", files)
    transfer({Run(0, 7): tmp_path / "whole"}, shards, 4, 1, {}, to(tmp_path / "t"))
    within = store.read(whole["predictions"]).query("status == 'ok'").set_index("utterance_id")["p_sad"]
    there = store.read(tmp_path / "t").set_index("utterance_id").loc[within.index, "p_sad"]
    assert there.tolist() == pytest.approx(within.tolist(), abs=1e-5)
    # kept below the layers that learn, or each time: the same
    prefix = {"audio": model["audio"] | {"prefix": "cached"}}
    kept = {"prefix_states": [cached(corpus, encoders["whisper"], tmp_path / "p")]}
    logs = [
        store.read(trained(corpus, encoders, tmp_path / name, prefix, files=found, max_epochs=1)["log"])
        for name, found in (("cached", files | kept), ("computed", files))
    ]
    assert logs[0]["training_loss"].tolist() == pytest.approx(logs[1]["training_loss"].tolist(), abs=3e-3)


def test_a_run_hears_the_same_silence_when_it_is_opened(corpus, encoders, tmp_path):
    model = {"audio": AUDIO | {"encoder": "whisper", "frozen_layers": 1, "context": 0.5}}
    run = trained(corpus, encoders, tmp_path / "run", model, max_epochs=1)
    files = {"audio": [corpus / "audio.parquet"]}
    shards = CorpusShards(corpus / "manifest.parquet", files)
    transfer({Run(0, 7): tmp_path / "run"}, shards, 4, 1, {}, to(tmp_path / "t"))
    within = store.read(run["predictions"]).query("status == 'ok'").set_index("utterance_id")["p_sad"]
    there = store.read(tmp_path / "t").set_index("utterance_id").loc[within.index, "p_sad"]
    assert there.tolist() == pytest.approx(within.tolist(), abs=1e-5)
    config = json.loads(run["config"].read_text())
    for odd, message in (
        ({"context": 31}, "expected seconds of silence up to 30"),
        ({"prefix": "cached"}, "with which no prefix is kept"),
    ):
        run["config"].write_text(json.dumps(config | {"audio": config["audio"] | odd}))
        with pytest.raises(SarangiError, match=message):
            EmotionClassifier.from_pretrained(tmp_path / "run")
    # without it the answers are others
    config["audio"].pop("context")
    run["config"].write_text(json.dumps(config))
    transfer({Run(0, 7): tmp_path / "run"}, shards, 4, 1, {}, to(tmp_path / "u"))
    bare = store.read(tmp_path / "u").set_index("utterance_id").loc[within.index, "p_sad"]
    assert (bare - there).abs().max() > 1e-4


def test_pooled_states_are_means_over_the_clip_and_not_over_the_silence_behind_it(corpus, encoders, tmp_path):
    folder, audio = encoders["whisper"], corpus / "audio.parquet"
    pooled_states(audio, Encoder(folder), SECONDS, 1, to(tmp_path / "s"), 30)
    row = next(row for row in store.rows(audio) if row["status"] == store.OK)
    signal = prepared(decode(row["audio"]["bytes"]), SECONDS, False)
    with torch.no_grad():
        states, _ = speech_states(load_encoder(folder).eval(), [signal], every_layer=True, context=30)
    kept = store.read(tmp_path / "s").set_index("utterance_id").loc[row["utterance_id"], "pooled"]
    own = states[:, 0, : len(signal) // FRAME]
    assert kept.tolist() == pytest.approx(own.mean(1).flatten().tolist(), abs=2e-3)


def test_a_probe_on_its_pooled_states_is_trained_and_opened(corpus, encoders, tmp_path):
    pooled_states(corpus / "audio.parquet", Encoder(encoders["whisper"]), SECONDS, 1, to(tmp_path / "s"))
    probe = AUDIO | {"encoder": "whisper", "frozen_layers": "all", "layers": "weighted", "states": "pooled"}
    files = {"pooled_states": [tmp_path / "s"]}
    trained(corpus, encoders, tmp_path / "probe", {"audio": probe}, files=files, max_epochs=1)
    branch = EmotionClassifier.from_pretrained(tmp_path / "probe").audio
    assert (branch.width, len(branch.layers.scores)) == (16, 3)
