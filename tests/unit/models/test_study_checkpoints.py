"""Checkpoints of the shape of the study's, with random weights: the same answers, or a clear error."""

import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from support.small_encoders import corpus, encoders  # noqa: F401  (fixtures)
from support.small_training import RECIPE, files_of_run, outputs, training_of
from support.study_network import (
    EMOTIONS,
    MODELS,
    SAMPLES,
    Study,
    as_ours_takes_them,
    as_the_study_takes_them,
    network,
)
from transformers import AutoModel

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.models.fusion import EmotionClassifier
from sarangi.models.runs import Run
from sarangi.models.study_checkpoints import evaluate_checkpoint, network_of
from sarangi.sources.checkpoints import checkpoint_in

ORDER = ["sad", "angry", "happy"]
"""Of the checkpoint's outputs, which is not ours."""


def lightning(study, kind):
    """What Lightning saves of a network of the study; its text encoder has a pooler whatever it is for."""
    state = {
        f"model.{name.replace('_encoder.', '_encoder.model.')}": t for name, t in study.state_dict().items()
    }
    if kind == "cross_attention":
        pooler = AutoModel.from_config(study.text_encoder.config).pooler.state_dict()
        state |= {f"model.text_encoder.model.pooler.{name}": tensor for name, tensor in pooler.items()}
    return {
        "epoch": 9, "global_step": 480, "pytorch-lightning_version": "2.5.0", "lr_schedulers": [],
        "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": [{"lr": 2e-5}]}],
        "hyper_parameters": {"model": {"dropout": 0.2}, "name": "x"},
        "state_dict": {"class_weights": torch.ones(3), **state},
    }  # fmt: skip


def made(encoders, kind, folder, change=lambda saved: None):
    """A network of the study with random weights, ours of its description, and its checkpoint."""
    ours = network(encoders, MODELS[kind], dropout=0.3)
    study = Study(ours, kind, 0.3).eval()
    torch.manual_seed(5)
    with torch.no_grad():
        for parameter in study.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    saved = lightning(study, kind)
    change(saved)
    folder.mkdir(exist_ok=True)
    torch.save(saved, folder / "0_7.ckpt")
    configs = {b: getattr(ours, b).encoder.config.to_dict() for b in ("audio", "text") if b in MODELS[kind]}
    described = ours.described | {b: MODELS[kind][b] | {"encoder": config} for b, config in configs.items()}
    return study, described, folder / "0_7.ckpt"


@pytest.mark.parametrize("kind", MODELS)
def test_a_checkpoint_answers_as_the_network_that_it_came_from(encoders, kind, tmp_path):
    study, described, path = made(encoders, kind, tmp_path)
    ours = network_of(checkpoint_in(path), described, ORDER, path)
    with torch.no_grad():
        expected = study(*as_the_study_takes_them(MODELS[kind]))
        given = ours(**as_ours_takes_them(MODELS[kind]))["logits"]
    assert torch.allclose(given, expected[:, [ORDER.index(e) for e in EMOTIONS]], atol=1e-5)
    assert expected.std() > 0.01


def test_a_normalised_weight_has_its_older_names_too(encoders, tmp_path):
    def older(saved):
        state = saved["state_dict"]
        for name in [name for name in state if "parametrizations" in name]:
            g_or_v = {"original0": "weight_g", "original1": "weight_v"}[name.rsplit(".", 1)[1]]
            state[name.replace("parametrizations.weight.", "").rsplit(".", 1)[0] + "." + g_or_v] = state.pop(
                name
            )
        assert any(name.endswith("conv.weight_g") for name in state)

    study, described, path = made(encoders, "audio", tmp_path, older)
    ours = network_of(checkpoint_in(path), described, ORDER, path)
    assert torch.equal(ours.classifier.weight[0], study.classifier[1].weight[1])


def evaluated(corpus, encoders, checkpoint, folder, emotions):
    output = outputs(folder)
    model = MODELS["audio"] | {
        "replay": True, "finetuning": RECIPE, "checkpoints": {"folder": ".", "emotions": emotions},
    }  # fmt: skip
    training = training_of(
        corpus, {"audio": [corpus / "audio.parquet"], "transcripts": []}, {"audio": encoders["wavlm"]}, model,
        folder / "checkpoints",
    )  # fmt: skip
    evaluate_checkpoint(training, Run(0, 7), checkpoint, files_of_run(output))
    return output


def test_a_checkpoint_becomes_a_run_whose_predictions_are_the_study_s(corpus, encoders, tmp_path):
    study, _, path = made(encoders, "audio", tmp_path / "theirs")
    output = evaluated(corpus, encoders, path, tmp_path / "run", ORDER)
    answers = store.read(output["predictions"]).query("status == 'ok'")
    sounds = store.read(corpus / "audio.parquet").set_index("utterance_id")["audio"]
    waves = [decode(sounds[name]["bytes"]).astype(np.float32) for name in answers["utterance_id"]]
    values = torch.stack([torch.from_numpy(padded(wave)) for wave in waves])
    with torch.no_grad():
        expected = study(values, None, None).softmax(1).numpy()
    assert len(answers) > 5
    assert np.allclose(answers[[f"p_{emotion}" for emotion in ORDER]], expected, atol=1e-5)
    assert list(answers["predicted"]) == [ORDER[place] for place in expected.argmax(1)]
    (line,) = store.read(output["log"]).to_dict("records")
    assert (line["epoch"], line["step"], line["best"]) == (10, 480, True)
    assert 0 <= line["validation_wf1"] <= 1 and pd.isna(line["training_loss"])
    assert EmotionClassifier.from_pretrained(tmp_path / "run").described["replay"] is True


def padded(wave):
    start = max(0, (len(wave) - SAMPLES) // 2)
    whole = np.pad(wave[start : start + SAMPLES], (0, max(0, SAMPLES - len(wave))))
    return ((whole - whole.mean()) / np.sqrt(whole.var() + 1e-7)).astype(np.float32)


def state(change):
    return lambda saved: change(saved["state_dict"])


HEAD = "model.classifier.1.weight"
WRONG = {
    "no state_dict": (lambda saved: saved.pop("state_dict"), "it has no state_dict"),
    "nothing": (state(dict.clear), "it has no state_dict"),
    "missing": (state(lambda s: s.pop("model.fusion.norm_t.weight")), r"lacks 1 tensors.*fusion\.norm_t"),
    "shape": (
        state(lambda s: s.update({"model.fusion.norm_t.weight": torch.ones(5)})),
        "model.fusion.norm_t.weight is 5, expected 16",
    ),
    "classes": (
        state(lambda s: s.update({HEAD: torch.ones(7, 32), "model.classifier.1.bias": torch.ones(7)})),
        "it has 7 classes, and the experiment has 3",
    ),
    "unexpected": (
        state(lambda s: s.update({"model.other.weight": torch.ones(2)})),
        r"1 of its tensors have no place in the network, first model\.other\.weight",
    ),
    "ours": (state(lambda s: s.update({"classifier.weight": s.pop(HEAD)})), "first classifier.weight"),
    "integers": (state(lambda s: s.update({HEAD: torch.ones(3, 32, dtype=int)})), "int64, expected floating"),
    "no tensor": (state(lambda s: s.update({HEAD: [1.0]})), "which is not a named tensor"),
    "swollen": (state(lambda s: s.update({"x": torch.zeros(1).expand(10**9)})), "its tensors have 4000"),
    "no number": (state(lambda s: s[HEAD].fill_(float("nan"))), "classifier.weight hold values that "
                                                                "are not numbers"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_checkpoint_of_the_experiment_is_refused(encoders, wrong, tmp_path):
    change, said = WRONG[wrong]
    _, described, path = made(encoders, "cross_attention", tmp_path, change)
    with pytest.raises(SarangiError, match=said) as caught:
        network_of(checkpoint_in(path), described, ORDER, path)
    assert str(path) in str(caught.value) or str(path.parent) in str(caught.value)


def test_other_emotions_are_refused(encoders, tmp_path):
    _, described, path = made(encoders, "audio", tmp_path)
    with pytest.raises(SarangiError, match=r"emotions are sad, angry, calm; expected .*angry, happy, sad"):
        network_of(checkpoint_in(path), described, ["sad", "angry", "calm"], path)


def test_a_checkpoint_that_would_run_something_runs_nothing(corpus, encoders, tmp_path):
    class Runs:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    path = tmp_path / "0_7.ckpt"
    torch.save({"state_dict": {}, "hyper_parameters": Runs()}, path, pickle_module=pickle)
    with pytest.raises(SarangiError, match=r"0_7\.ckpt: not a checkpoint of torch that can be read"):
        evaluated(corpus, encoders, path, tmp_path / "run", ORDER)
    assert not (tmp_path / "ran").exists()
