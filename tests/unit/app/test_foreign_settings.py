"""A stranger's classifier of sound: what it says of labels and clips is bounded before anything is built."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from support.strangers import foreign  # noqa: F401  (fixtures)

from sarangi.app import opening
from sarangi.base.errors import SarangiError

CONFIG, PREPROCESSOR = "config.json", "preprocessor_config.json"
ODD = {
    "rate of 0": (PREPROCESSOR, {"sampling_rate": 0}, "sampling_rate is 0; expected a whole number"),
    "rate of x": (PREPROCESSOR, {"sampling_rate": "x"}, "sampling_rate is 'x'; expected a whole number"),
    "rate of 1e9": (PREPROCESSOR, {"sampling_rate": 10**9}, "sampling_rate is 1000000000"),
    "a rate and a half": (PREPROCESSOR, {"sampling_rate": 16000.5}, "sampling_rate is 16000.5"),
    "two channels": (PREPROCESSOR, {"feature_size": 2}, "feature_size is 2"),
    "no flag": (PREPROCESSOR, {"do_normalize": "yes"}, "do_normalize is 'yes'; expected true or false"),
    "padding": (PREPROCESSOR, {"padding_value": float("inf")}, "padding_value is inf"),
    "gap in labels": (CONFIG, {"id2label": {"0": "a", "2": "b"}}, "id2label has 2 labels and none for 1"),
    "labels as a list": (CONFIG, {"id2label": ["a", "b", "c"]}, "id2label is list without names"),
    "no labels": (CONFIG, {"id2label": {}, "num_labels": 5 * 10**8}, "id2label is dict without names"),
    "labels of text": (CONFIG, {"id2label": {"a": "a", "b": "b", "c": "c"}}, "none for 0"),
    "one twice": (CONFIG, {"id2label": {"0": "a", "1": "b", "2": "a"}}, "'a' for 0 and for 2"),
    "a nameless one": (CONFIG, {"id2label": {"0": "a", "1": None, "2": "c"}}, "has None for 1"),
    "very many": (CONFIG, {"id2label": {str(n): str(n) for n in range(2000)}}, "has 2000 labels; at most"),
    "more than weights": (CONFIG, {"id2label": {str(n): str(n) for n in range(9)}}, "no audio classifier"),
    "a regression": (CONFIG, {"problem_type": "regression"}, "problem_type is 'regression'"),
    "many layers": (CONFIG, {"num_hidden_layers": 10**6}, "num_hidden_layers is 1000000"),
    "wide": (CONFIG, {"hidden_size": 2**20}, "it would have .* parameters, and the weights have"),
    "another kind": (CONFIG, {"model_type": "bert"}, "model_type is bert, which is not a classifier "
                                                     "of sound"),
    "stride beyond a clip": (CONFIG, {"conv_stride": [2**20] * 3}, r"cannot answer to a clip of 0\.3 s"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_settings_of_a_stranger_end_in_a_message(foreign, tmp_path, name):
    file, changed, said = ODD[name]
    settings = json.loads((foreign / file).read_text())
    (foreign / file).write_text(json.dumps(settings | changed))
    with pytest.raises(SarangiError, match=said) as error:
        opening.load(str(foreign), tmp_path)
    assert "\n" not in str(error.value)


def test_what_a_stranger_would_have_loaded_is_not_taken(foreign, tmp_path):
    signal = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    plain = opening.load(str(foreign), tmp_path).answer([signal], [""])
    for file, changed in (
        (CONFIG, {"_attn_implementation": "somebody/kernel", "num_labels": 5 * 10**8, "dtype": "float16",
                  "quantization_config": {"quant_method": "gptq"}, "auto_map": {"AutoConfig": "a--b.C"}}),
        (PREPROCESSOR, {"feature_extractor_type": "WhisperFeatureExtractor", "auto_map": {"A": "b.C"},
                        "processor_class": "Evil", "dither": 1.0}),
    ):  # fmt: skip
        settings = json.loads((foreign / file).read_text())
        (foreign / file).write_text(json.dumps(settings | changed))
    (foreign / "adapter_config.json").write_text('{"base_model_name_or_path": "somebody/else"}')
    assert np.array_equal(opening.load(str(foreign), tmp_path).answer([signal], [""]), plain)


def test_weights_in_parts_are_read_and_a_list_that_leads_elsewhere_is_not(foreign, tmp_path):
    whole = load_file(foreign / "model.safetensors")
    (foreign / "model.safetensors").rename(tmp_path / "whole.safetensors")
    names = sorted(whole)
    for part, some in (("a", names[::2]), ("b", names[1::2])):
        save_file(
            {name: whole[name] for name in some}, foreign / f"model-{part}.safetensors", {"format": "pt"}
        )
    where = {name: f"model-{'ab'[place % 2]}.safetensors" for place, name in enumerate(names)}
    index = foreign / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": where}))
    assert opening.load(str(foreign), tmp_path).emotions[0] == "calm"
    for odd in ("../whole.safetensors", "gone.safetensors", 5):
        index.write_text(json.dumps({"metadata": {}, "weight_map": where | {names[0]: odd}}))
        with pytest.raises(SarangiError, match="which is not a file next to it"):
            opening.load(str(foreign), tmp_path)


def test_weights_that_give_no_numbers_are_refused(foreign, tmp_path):
    whole = load_file(foreign / "model.safetensors")
    whole["classifier.weight"] = torch.full_like(whole["classifier.weight"], torch.nan)
    save_file(whole, foreign / "model.safetensors", {"format": "pt"})
    with pytest.raises(SarangiError, match="not a probability for each of its 3 labels"):
        opening.load(str(foreign), tmp_path)
