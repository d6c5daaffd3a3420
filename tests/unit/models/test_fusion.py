"""Branches of audio and text, their fusions, and runs of them, on small networks with random weights."""

import copy
import json

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file
from support.examples import add_module, example
from support.places import MADE_BY_TEST, to
from support.small_encoders import (  # noqa: F401  (fixtures)
    AUDIO,
    BOTH,
    FUSIONS,
    SAYINGS,
    SCHEMA,
    SPEECH,
    WORDS,
    corpus,
    encoders,
    signals_and_tokens,
    study,
    trained,
    write_corpus,
)
from support.small_manifests import EMOTIONS
from support.small_training import RECIPE, killed_after_epoch
from tokenizers import Tokenizer
from transformers import AutoModel, UniSpeechSatConfig, modeling_utils

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.models import families, trainer
from sarangi.models.branches import LayerSum
from sarangi.models.encoders import Encoder, load_encoder
from sarangi.models.finetuning import describe
from sarangi.models.fusion import EmotionClassifier, classifier
from sarangi.models.run_inputs import accepted, in_context, inputs_of, skip_wordless
from sarangi.models.runs import CorpusShards, Run
from sarangi.models.speech_states import speech_states
from sarangi.models.split_encoder import SplitEncoder
from sarangi.models.transfer import transfer
from sarangi.splits.protocols import PROTOCOL
from sarangi.study import references
from sarangi.study.checking import check
from sarangi.study.loaded import families as families_loaded
from sarangi.study.loaded import loaded
from sarangi.transcripts.transcription import TRANSCRIPTS

DESCRIBED = {"emotions": ["angry", "happy", "sad"], "dropout": 0.1}


def test_a_family_is_one_module_and_one_entry(tmp_path, monkeypatch, study):
    said = example("A family of encoders")
    added = add_module(families, "unispeech_sat", said["python"][0], tmp_path / "added", monkeypatch)
    monkeypatch.setattr(references, "FAMILIES", (*references.FAMILIES, "unispeech_sat"))
    study["encoders"] |= yaml.safe_load(said["yaml"][0])["encoders"]
    found = check(study, SCHEMA, [], probe=False)
    stated = families_loaded(found, ["unispeech_sat_base"])
    assert ("sarangi.models.family", (added,)) in loaded(found, {}, stated)
    config = UniSpeechSatConfig(**SPEECH)
    torch.manual_seed(0)
    network = AutoModel.from_config(config).eval()
    network.save_pretrained(tmp_path / "encoder")
    model = load_encoder(tmp_path / "encoder", "audio", stated["families"]).eval()
    signals, _ = signals_and_tokens()
    split = SplitEncoder(copy.deepcopy(model), 1)
    split.train(False)
    with torch.no_grad():
        states, mask = speech_states(model, signals)
        above, _ = split.above([split.below(signal) for signal in signals])
        for place, signal in enumerate(signals):
            expected = network(signal[None]).last_hidden_state[0]
            assert torch.allclose(states[place][mask[place]], expected, atol=1e-5)
            assert torch.allclose(above[place][mask[place]], expected, atol=1e-5)
    study["encoders"]["tiny"]["family"] = "wav2vec"
    with pytest.raises(SarangiError, match=r"encoders\.tiny\.family.*no family 'wav2vec'; .*wav2vec2"):
        check(study, SCHEMA, [], probe=False)


@pytest.mark.parametrize("name", ["wav2vec2", "hubert", "wavlm"])
def test_the_weighted_sum_is_over_the_states_that_transformers_names(encoders, name):
    model = load_encoder(encoders[name]).eval()
    signals, _ = signals_and_tokens()
    states, mask = speech_states(model, signals[:1], every_layer=True)
    theirs = torch.stack(model(signals[0][None], output_hidden_states=True).hidden_states)
    assert torch.equal(states, theirs)
    summed = LayerSum(3)
    assert torch.allclose(summed(states), theirs.mean(0), atol=1e-6)
    summed.scores.data = torch.tensor([0.0, 50.0, 0.0])
    assert torch.allclose(summed(states), theirs[1], atol=1e-6)
    assert mask.all()


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("replay", [False, True])
def test_a_batch_of_eight_equals_single_utterances_in_each_fusion(encoders, fusion, replay):
    torch.manual_seed(0)
    loaded = {"audio": load_encoder(encoders["wavlm"]), "text": load_encoder(encoders["roberta"], "text")}
    model = {
        "audio": AUDIO | {"max_audio_s": 0.5},
        "text": WORDS,
        "fusion": FUSIONS[fusion],
        "replay": replay,
    }
    network = classifier(model | DESCRIBED, loaded).eval()
    signals, tokens = signals_and_tokens()
    if replay:  # clips come padded to max_audio_s
        signals = [torch.nn.functional.pad(signal, (0, 8000 - len(signal))) for signal in signals]
    with torch.no_grad():
        together = network(signals, tokens)["logits"]
        alone = torch.cat([network([s], [t])["logits"] for s, t in zip(signals, tokens, strict=True)])
        other = network(signals, tokens[::-1])["logits"]
        deaf = network(signals[::-1], tokens)["logits"]
    assert together.shape == (8, 3)
    assert torch.allclose(together, alone, atol=5e-6)
    # both sides are heeded
    assert not torch.allclose(together, other, atol=1e-4)
    assert not torch.allclose(together, deaf, atol=1e-4)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_half_precision_gives_about_the_same(encoders, fusion):
    torch.manual_seed(0)
    loaded = {"audio": load_encoder(encoders["wavlm"]), "text": load_encoder(encoders["deberta"], "text")}
    audio = AUDIO | {"frozen_layers": "all", "layers": "weighted"}
    model = {"audio": audio, "text": WORDS, "fusion": FUSIONS[fusion]}
    network = classifier(model | DESCRIBED | {"dropout": 0.0}, loaded, torch.ones(3)).eval()
    signals, tokens = signals_and_tokens()
    labels = torch.arange(8) % 3
    whole = network(signals, tokens, labels)
    with torch.autocast("cpu", torch.bfloat16):
        half = network(signals, tokens, labels)
    half["loss"].backward()
    assert torch.allclose(half["logits"].float(), whole["logits"], atol=0.1)
    assert network.audio.layers.scores.grad.isfinite().all()
    assert network.classifier.weight.grad.isfinite().all()


def test_the_gate_weighs_the_two_sides(encoders):
    loaded = {"audio": load_encoder(encoders["wav2vec2"]), "text": load_encoder(encoders["bert"], "text")}
    fusion = classifier(BOTH | {"fusion": FUSIONS["gated"]} | DESCRIBED, loaded).fusion
    audio, text = torch.randn(2, 5, 16), torch.randn(2, 4, 16)
    masks = torch.ones(2, 5, dtype=torch.bool), torch.ones(2, 4, dtype=torch.bool)
    heard, read = fusion.audio(audio.mean(1)).tanh(), fusion.text(text.mean(1)).tanh()
    gate = torch.sigmoid(torch.cat([audio.mean(1), text.mean(1)], 1) @ fusion.gate.weight.T)
    expected = gate * heard + (1 - gate) * read
    assert torch.allclose(fusion(audio, masks[0], text, masks[1]), expected, atol=1e-6)


def test_what_is_masked_is_not_attended_to(encoders):
    loaded = {"audio": load_encoder(encoders["wavlm"]), "text": load_encoder(encoders["roberta"], "text")}
    fusion = classifier(BOTH | DESCRIBED, loaded).fusion
    audio, text = torch.randn(1, 6, 16), torch.randn(1, 5, 16)
    masks = torch.arange(6)[None] < 4, torch.arange(5)[None] < 3
    before = fusion(audio, masks[0], text, masks[1])
    audio[:, 4:], text[:, 3:] = 99, -99
    assert torch.allclose(fusion(audio, masks[0], text, masks[1]), before, atol=1e-6)
    audio[:, 3] = 99
    assert not torch.allclose(fusion(audio, masks[0], text, masks[1]), before, atol=1e-3)


def test_context_is_of_the_same_dialogue_earlier_and_in_the_manifest():
    names = [f"meld/train_splits/dia1_utt{turn}.mp4" for turn in (0, 2, 9, 10, 11)]
    other = "meld/test/dia1_utt1.mp4"
    words = dict(zip(names, ("zero", "two", " ", "ten", "eleven"), strict=True)) | {other: "alien"}
    found = in_context([*reversed(names), other, "x.wav"], words, 2)
    assert found[names[0]] == ["zero"]
    assert found[names[1]] == ["zero", "two"]
    assert found[names[3]] == ["two", "ten"]
    assert found[names[4]] == ["ten", "eleven"]
    assert found[other] == ["alien"]
    assert found["x.wav"] == [""]
    assert in_context(names, words, 0)[names[4]] == ["eleven"]


def test_the_utterance_itself_stays_where_the_context_is_cut(corpus, encoders):
    rows = store.read(corpus / "manifest.parquet")
    ids = list(rows["utterance_id"])
    plain = Tokenizer.from_file(str(encoders["roberta"] / "tokenizer.json"))
    own = plain.encode(SAYINGS["sad"]).ids[1:]
    before = [plain.encode(SAYINGS[emotion]).ids[1:-1] for emotion in ("angry", "happy")]
    for most in (40, len(own) + 4):
        described = describe({"text": WORDS | {"max_tokens": most}, "finetuning": RECIPE},
                             {"text": Encoder(encoders["roberta"], "text")}, list(EMOTIONS))  # fmt: skip
        here = CorpusShards(corpus / "manifest.parquet", {})
        with inputs_of(described, rows, here, set(ids)) as (found, _):
            tokens = found["tokens"](ids[2]).tolist()
            whole = [0, *before[0], 2, *before[1], 2, *own]
            assert tokens == (whole if most == 40 else [0, *whole[-(len(own) + 3) :]])
            # the ninth has no words
            assert found["tokens"](ids[8]).tolist()[-2:] == [2, 2]


@pytest.mark.parametrize("name", ["wav2vec2", "hubert_layer_norm", "wavlm"])
def test_stretches_are_masked_in_training_as_the_encoder_itself_does(encoders, name):
    model = load_encoder(encoders[name]).train()
    config = model.config
    for key in (
        "hidden_dropout",
        "attention_dropout",
        "activation_dropout",
        "feat_proj_dropout",
        "layerdrop",
    ):
        setattr(config, key, 0.0)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if hasattr(module, "dropout") and isinstance(module.dropout, float):
            module.dropout = 0.0
    config.mask_time_prob, config.apply_spec_augment = 0.4, True
    signal = torch.randn(12_000, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        np.random.seed(5)
        expected = model(signal[None]).last_hidden_state
        np.random.seed(5)
        masked, _ = speech_states(model, [signal])
        assert torch.allclose(masked, expected, atol=1e-5)
        whole, _ = speech_states(model.eval(), [signal])
        assert not torch.allclose(masked, whole, atol=1e-3)
        speech_states(model.train(), [signal[:500]])  # too short to be masked
        classifier({"audio": AUDIO | {"spec_augment": False}} | DESCRIBED, {"audio": model})
        assert torch.allclose(speech_states(model, [signal])[0], whole, atol=1e-5)


def test_a_fusion_learns_and_writes_all_that_it_takes_to_build_it_anew(corpus, encoders, tmp_path):
    output = trained(corpus, encoders, tmp_path / "run", max_epochs=8, patience=8)
    log = store.read(output["log"])
    assert log["training_loss"].iloc[-1] < 0.7 * log["training_loss"].iloc[0]
    rows = store.read(output["predictions"])
    split = store.read(corpus / "protocol.parquet")
    tested = split[(split["fold"] == 0) & (split["part"] == "test")]["utterance_id"]
    assert list(rows["utterance_id"]) == sorted(tested)
    described = json.loads(output["config"].read_text())
    assert set(described) == {"emotions", "dropout", "audio", "text", "fusion"}
    tensors = load_file(output["model"])
    network = EmotionClassifier.from_pretrained(tmp_path / "run")
    # transformers opens each encoder of the run
    for branch, name in (("audio", "wavlm"), ("text", "roberta")):
        folder = tmp_path / branch
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(described[branch]["encoder"]))
        prefix = f"{branch}.encoder."
        own = {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}
        save_file(own, folder / "model.safetensors")
        opened, found = AutoModel.from_pretrained(folder, output_loading_info=True)
        assert {key.split(".")[0] for key in found["missing_keys"]} <= {"pooler"}
        assert not found["unexpected_keys"]
        before = load_encoder(encoders[name], branch).state_dict()
        after = opened.state_dict()
        assert any(not torch.equal(after[key], before[key]) for key in before)
        assert all(torch.equal(after[key], tensor) for key, tensor in own.items())
    # the files of the encoders are not needed any more
    transfer(
        {Run(0, 7): tmp_path / "run"},
        CorpusShards(corpus / "manifest.parquet", {"audio": [corpus / "audio.parquet"]}),
        5,
        1,
        {},
        to(tmp_path / "again.parquet"),
    )
    again = store.read(tmp_path / "again.parquet").set_index("utterance_id").loc[rows["utterance_id"]]
    assert np.allclose(again["p_sad"], rows["p_sad"], atol=1e-5, equal_nan=True)
    assert network.text.encoder.config.vocab_size == 320
    # half a run is refused with its folder
    output["model"].write_bytes(output["model"].read_bytes()[:-100])
    with pytest.raises(SarangiError, match="run: there is no complete fine-tuned run"):
        EmotionClassifier.from_pretrained(tmp_path / "run")


def test_a_killed_fusion_goes_on_and_ends_in_the_same_weights(corpus, encoders, tmp_path, monkeypatch):
    whole = trained(corpus, encoders, tmp_path / "whole")
    with killed_after_epoch(2, monkeypatch):
        trained(corpus, encoders, tmp_path / "killed")
    assert len(list((tmp_path / "killed/checkpoints").glob("*/checkpoint-*"))) == 2
    resumed = trained(corpus, encoders, tmp_path / "killed")
    for name in ("model", "log", "predictions", "config"):
        assert resumed[name].read_bytes() == whole[name].read_bytes(), name


@pytest.mark.parametrize("layers", [0, 1, "all"])
def test_frozen_layers_stay_and_the_others_learn(corpus, encoders, tmp_path, layers):
    weighted = {"layers": "weighted"} if layers == "all" else {}
    model = {
        "audio": AUDIO | {"frozen_layers": layers} | weighted, "text": WORDS | {"frozen_layers": layers},
        "fusion": FUSIONS["gated"],
    }  # fmt: skip
    output = trained(corpus, encoders, tmp_path / "run", model, max_epochs=1)
    after = load_file(output["model"])
    frozen = {
        0: ("audio.encoder.feature_extractor",),
        1: ("audio.encoder.feature_extractor", "audio.encoder.encoder.layers.0.",
            "text.encoder.embeddings", "text.encoder.encoder.layer.0."),
        "all": ("audio.encoder.", "text.encoder."),
    }[layers]  # fmt: skip
    learned = 0
    for branch, name in (("audio", "wavlm"), ("text", "roberta")):
        for key, tensor in load_encoder(encoders[name], branch).state_dict().items():
            full = f"{branch}.encoder.{key}"
            if key == "masked_spec_embed":
                continue  # of SpecAugment, which is not used
            if full.startswith(frozen):
                assert torch.equal(after[full], tensor), full
            # the gradient of a key's bias is zero
            elif not key.endswith(("k_proj.bias", "key.bias")) and tensor.is_floating_point():
                assert not torch.equal(after[full], tensor), full
                learned += 1
    assert (learned > 0) == (layers != "all")
    if layers == "all":
        assert after["audio.layers.scores"].abs().max() > 0
        network = EmotionClassifier.from_pretrained(tmp_path / "run").train()
        assert not network.audio.encoder.training


def test_nothing_that_a_text_model_learns_depends_on_sound(corpus, encoders, tmp_path):
    """The same bytes whatever is known of the recordings; batches are of one length in tokens."""
    rows = store.read(corpus / "manifest.parquet")
    seconds = [float(place * 7 % 11) for place in range(len(rows))]
    unheard = ["t.csv lists it, and there is no such recording"] * len(rows)
    found = []
    for name, known in (("whole", {"duration_s": seconds}), ("alone", {"no_sound": unheard})):
        (tmp_path / name).mkdir()
        write_corpus(tmp_path / name, rows.assign(**known))
        model = {"text": WORDS | {"context_turns": 1}}
        output = trained(
            tmp_path / name,
            encoders,
            tmp_path / name,
            model,
            files={"none": []},
            max_epochs=1,
            group_by_length=True,
        )
        found.append({part: output[part].read_bytes() for part in ("model", "log", "predictions")})
    assert found[0] == found[1]


def test_a_text_model_needs_no_sound_and_another_corpus_no_dialogues(corpus, encoders, tmp_path):
    output = trained(
        corpus, encoders, tmp_path / "run", {"text": WORDS | {"context_turns": 0}}, max_epochs=10, patience=10
    )
    rows = store.read(output["predictions"])
    # sound that is broken hinders no reading
    assert set(rows["status"]) == {"ok"}
    known = rows[rows["utterance_id"] != "made/dia1_utt2.wav"]
    assert (known["predicted"] == known["emotion"]).mean() > 0.8
    found = []
    other = store.read(corpus / "manifest.parquet")
    other["utterance_id"] = [f"made/{place:02}.wav" for place in range(len(other))]
    store.write(tmp_path / "other.parquet", other, MANIFEST, MADE_BY_TEST)
    for batch in (3, 36):
        transfer(
            {Run(0, 7): tmp_path / "run"},
            CorpusShards(tmp_path / "other.parquet", {}),
            batch,
            1,
            {},
            to(tmp_path / f"{batch}.parquet"),
        )
        found.append(store.read(tmp_path / f"{batch}.parquet"))
    # the one without words is skipped
    assert np.allclose(found[0]["p_angry"], found[1]["p_angry"], atol=1e-5, equal_nan=True)
    assert found[0]["p_angry"].isna().sum() == 1
    assert len(found[0]) == 36


def write_transcripts(rows, path, texts):
    blank = dict.fromkeys(TRANSCRIPTS.names)
    lines = [
        blank | {"utterance_id": utterance_id, "status": "ok" if text is not None else "failed",
                 "reason": None if text is not None else "broken", "text": text}
        for utterance_id, text in zip(rows["utterance_id"], texts, strict=True)
    ]  # fmt: skip
    store.write(path, pd.DataFrame(lines), TRANSCRIPTS, MADE_BY_TEST)


@pytest.mark.parametrize(
    ("accept", "taken"),
    [("passed", "a d"), ("all", "a b c d"), (-0.5, "a"), (-2, "a b d")],
)
def test_texts_that_fail_whispers_checks_are_no_words_unless_they_are_accepted(accept, taken):
    heard = pd.DataFrame(
        {
            "text": ["a", "b", "c", "d", "", None],
            "status": ["ok"] * 5 + ["failed"],
            "reason": [None, "improbable", "repeats", None, "no speech", "broken"],
            "avg_logprob": [-0.2, -1.5, -0.1, -0.8, -3.0, None],
            "failed_check": [None, "probability", "repetition", None, None, None],
        },
        index=list("abcdef"),
    )
    found = accepted(heard, accept)
    assert " ".join(found["text"].dropna()).strip() == taken
    present = skip_wordless(found[["status", "reason"]], found["text"].dropna().to_dict(), found)
    assert present["status"].tolist() == [
        *("ok" if n in taken.split() else "skipped" for n in "abcde"),
        "failed",
    ]
    if accept == -0.5:
        assert (
            present.loc["d", "reason"]
            == "no words, which the model needs (log probability -0.80, below -0.5)"
        )
        assert present.loc["c", "reason"] == "no words, which the model needs (repeats)"
        assert present.loc["e", "reason"] == "no words, which the model needs (no speech)"


def test_transcripts_can_be_read_in_place_of_the_corpus_own_words(corpus, encoders, tmp_path):
    rows = store.read(corpus / "manifest.parquet")
    texts = [SAYINGS[emotion] for emotion in rows["emotion"]]
    texts[3] = None
    parts = [tmp_path / "000.parquet", tmp_path / "001.parquet"]
    write_transcripts(rows[:20], parts[0], texts[:20])
    write_transcripts(rows[20:], parts[1], texts[20:])
    silent = tmp_path / "silent"
    silent.mkdir()
    write_corpus(silent, rows.assign(text=None))
    model = {"text": WORDS | {"words": "tiny_whisper"}}
    output = trained(silent, encoders, tmp_path / "run", model, parts, max_epochs=1)
    described = json.loads(output["config"].read_text())
    here = CorpusShards(silent, {"transcripts": parts})
    with inputs_of(described, rows.assign(text="x"), here, set(rows["utterance_id"])) as (found, present):
        assert present["status"].value_counts().to_dict() == {"ok": 35, "failed": 1}
        tokens = found["tokens"](rows["utterance_id"][1]).tolist()
    plain = Tokenizer.from_file(str(encoders["roberta"] / "tokenizer.json"))
    assert tokens == plain.encode(f"{SAYINGS['angry']}</s>{SAYINGS['happy']}").ids
    with pytest.raises(SarangiError, match=r"manifest\.parquet: no utterance has words .*words: <name>"):
        trained(silent, encoders, tmp_path / "none", {"text": WORDS})
    write_transcripts(rows, tmp_path / "empty.parquet", [" "] * len(rows))
    with pytest.raises(SarangiError, match="no utterance has words"):
        trained(silent, encoders, tmp_path / "none", model, [tmp_path / "empty.parquet"])


def test_a_control_reads_other_words_and_a_run_with_it_is_trained_and_tested(corpus, encoders, tmp_path):
    rows = store.read(corpus / "manifest.parquet")
    here, wanted = CorpusShards(corpus, {}), set(rows["utterance_id"])
    control = {"text": WORDS | {"context_turns": 0, "control": {"shuffled": 1}}}
    described = json.loads(
        trained(corpus, encoders, tmp_path / "run", control, max_epochs=1)["config"].read_text()
    )
    assert described["text"]["control"] == {"shuffled": 1}

    def read(entry, **more):
        with inputs_of({"text": entry}, rows, here, wanted, **more) as (give, _):
            return {name: tuple(give["tokens"](name).tolist()) for name in rows["utterance_id"]}

    plain = {key: value for key, value in described["text"].items() if key != "control"}
    own, shuffled = read(plain), read(described["text"])
    assert sorted(shuffled.values()) == sorted(own.values())
    assert shuffled != own
    same = read(plain | {"control": {"constant": "the same"}})
    spoken = rows.loc[rows["text"].fillna("").str.strip() != "", "utterance_id"]
    assert len({same[name] for name in spoken}) == 1
    assert 0 < len(spoken) < len(rows)
    # each on its own, nothing can be taken for something else
    assert read(described["text"], parts={name: name for name in wanted}) == own


def test_context_that_no_utterance_states_is_refused(corpus, encoders, tmp_path):
    rows = store.read(corpus / "manifest.parquet")
    rows["utterance_id"] = [f"made/{place:02}.wav" for place in range(len(rows))]
    write_corpus(tmp_path, rows)
    with pytest.raises(SarangiError, match=r"text\.context_turns is 2, and no utterance states its dialogue"):
        trained(tmp_path, encoders, tmp_path / "run", {"text": WORDS})


def test_gradient_checkpointing_changes_no_weights(corpus, encoders, tmp_path, monkeypatch):
    plain = load_file(trained(corpus, encoders, tmp_path / "a", max_epochs=1)["model"])
    recomputed = []
    once = modeling_utils.checkpoint
    monkeypatch.setattr(
        modeling_utils, "checkpoint", lambda *given, **named: recomputed.append(1) or once(*given, **named)
    )
    output = trained(corpus, encoders, tmp_path / "b", max_epochs=1, gradient_checkpointing=True)
    assert recomputed
    for name, tensor in load_file(output["model"]).items():
        assert torch.allclose(tensor, plain[name], atol=1e-5), name


def test_a_loss_that_is_no_number_stops_the_run_and_the_last_good_checkpoint_stays(
    corpus, encoders, tmp_path, monkeypatch
):
    class Trainer(trainer.Trainer):
        def training_step(self, model, *arguments):
            if self.state.epoch >= 1:
                model.classifier.weight.data.fill_(float("nan"))
            return super().training_step(model, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "Trainer", Trainer)
        with pytest.raises(
            SarangiError,
            match=r"the loss is nan in epoch 2 after step \d+, on (made/dia\d_utt\d\.wav(, )?){4};",
        ):
            trained(corpus, encoders, tmp_path / "run")
    (kept,) = (tmp_path / "run/checkpoints").glob("*/checkpoint-*")
    assert not any(tensor.isnan().any() for tensor in load_file(kept / "model.safetensors").values())
    assert not (tmp_path / "run/model.safetensors").exists()


@pytest.mark.parametrize("step", ["to", "forward"])
def test_a_full_gpu_says_which_settings_to_lower(corpus, encoders, tmp_path, monkeypatch, step):
    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.\nmore")

    monkeypatch.setattr(EmotionClassifier, step, full)
    with pytest.raises(SarangiError) as error:
        trained(corpus, encoders, tmp_path / "run")
    for text in (
        "finetuning.batch (4)",
        "gradient_checkpointing",
        "audio.max_audio_s (0.5)",
        "text.max_tokens (40)",
    ):
        assert text in str(error.value)


@pytest.mark.parametrize(
    ("part", "kept", "message"),
    [
        ("validation", ["angry"], "only angry in the validation part, and the best epoch cannot be chosen"),
        ("train", ["angry", "happy"], "no sad in the training part"),
    ],
)
def test_a_part_that_lacks_emotions_stops_the_run(corpus, encoders, tmp_path, part, kept, message):
    split = store.read(corpus / "protocol.parquet")
    rows = store.read(corpus / "manifest.parquet").set_index("utterance_id")
    lacking = (split["part"] == part) & ~split["utterance_id"].map(rows["emotion"]).isin(kept)
    split.loc[lacking, "part"] = "test"
    for name in ("manifest", "audio"):
        (tmp_path / f"{name}.parquet").symlink_to(corpus / f"{name}.parquet")
    store.write(tmp_path / "protocol.parquet", split, PROTOCOL, MADE_BY_TEST)
    with pytest.raises(SarangiError, match=message):
        trained(tmp_path, encoders, tmp_path / "run")
