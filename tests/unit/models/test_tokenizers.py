"""Tokenisers."""

import json
import os
from pathlib import Path

import pytest
from support.small_encoders import (
    ENCODERS,
    READERS,
    SAYINGS,
    encoders,  # noqa: F401  (fixtures)
)
from tokenizers import Tokenizer

from sarangi.base.errors import SarangiError
from sarangi.models.encoders import freeze, load_encoder, normalises
from sarangi.models.tokenizers import load_tokenizer, tokenizer_files, tokens_of


@pytest.mark.parametrize("name", READERS)
def test_a_tokeniser_gives_what_its_file_says(encoders, name):
    loaded = load_tokenizer(tokenizer_files(encoders[name]), ENCODERS[name].to_dict(), 40, name)
    plain = Tokenizer.from_file(str(encoders[name] / "tokenizer.json"))
    for text in ("", "What a lovely day, été!", f"oh no{loaded.sep_token}go away", "دن"):
        assert loaded(text)["input_ids"] == plain.encode(text).ids
    assert loaded(SAYINGS["sad"], truncation=True, max_length=5)["input_ids"] == [
        0, *plain.encode(SAYINGS["sad"]).ids[-4:],
    ]  # fmt: skip


def test_a_tokeniser_or_preprocessor_that_does_not_go_with_the_encoder_says_so(encoders, tmp_path):
    files, settings = tokenizer_files(encoders["roberta"]), ENCODERS["roberta"].to_dict()
    with pytest.raises(SarangiError, match=r"encoder x: no tokenizer\.json"):
        load_tokenizer({}, settings, 40, "x")
    known = max(json.loads(files["tokenizer.json"])["model"]["vocab"].values()) + 1
    with pytest.raises(
        SarangiError, match=f"encoder x: the tokeniser knows {known} tokens, and the encoder 9"
    ):
        load_tokenizer(files, settings | {"vocab_size": 9}, 40, "x")
    with pytest.raises(SarangiError, match=r"pads with 1, and the encoder expects .* padding with 3"):
        load_tokenizer(files, settings | {"pad_token_id": 3}, 40, "x")
    with pytest.raises(SarangiError, match="max_tokens is 63, but the encoder takes 62"):
        load_tokenizer(files, settings, 63, "x")
    (tmp_path / "config.json").write_text('{"model_type": "wav2vec2"}')
    (tmp_path / "preprocessor_config.json").write_text('{"sampling_rate": 8000}')
    with pytest.raises(SarangiError, match="sampling_rate is 8000, and the audio is mono at 16000 Hz"):
        normalises(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text('{"do_normalize": "false"}')
    with pytest.raises(SarangiError, match="do_normalize is 'false'; expected true or false"):
        normalises(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "wav2vec2-bert"}')
    (tmp_path / "preprocessor_config.json").write_text('{"feature_size": 80, "num_mel_bins": 128}')
    with pytest.raises(SarangiError, match="num_mel_bins is 128, and its family takes 80"):
        normalises(tmp_path)
    with pytest.raises(SarangiError, match="frozen_layers is 3, but the encoder has 2"):
        freeze(load_encoder(encoders["deberta"], "text"), 3)
    with pytest.raises(SarangiError, match="the layers of albert share their weights; choose 0 or all"):
        freeze(load_encoder(encoders["albert"], "text"), 1)


def odd_tokenizer(encoders, **changes):
    files, settings = dict(tokenizer_files(encoders["roberta"])), ENCODERS["roberta"].to_dict()
    whole = json.loads(files["tokenizer.json"])
    for path, value in changes.items():
        first, _, second = path.partition("__")
        whole[first] = whole[first] | {second: value} if second else value
    files["tokenizer.json"] = json.dumps(whole)
    return load_tokenizer(files, settings, 40, "x")


def test_a_tokeniser_that_draws_or_frames_with_ids_of_nobody_is_refused(encoders):
    with pytest.raises(
        SarangiError, match=r"encoder x: tokenizer\.json has a dropout of 0\.5.*set it to null"
    ):
        odd_tokenizer(encoders, model__dropout=0.5)
    huge = {"type": "Precompiled", "precompiled_charsmap": "AAAA////"}
    for normalizer in (huge, {"type": "Sequence", "normalizers": [huge]}):
        with pytest.raises(SarangiError, match="precompiled_charsmap says 4278190080 bytes, and has 6"):
            odd_tokenizer(encoders, normalizer=normalizer)
    frame = {"id": "<s>", "ids": [320], "tokens": ["<s>"]}
    with pytest.raises(SarangiError, match="the tokeniser knows 321 tokens, and the encoder 320"):
        odd_tokenizer(encoders, post_processor__special_tokens={"<s>": frame, "</s>": frame | {"id": "</s>"}})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"model": {"type": "WordLevel", "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "a": 5},
                    "unk_token": "?"},
          "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"}}, "no such word"),
        ({"normalizer": {"type": "Replace", "pattern": {"Regex": "(a|a|b)+c$"}, "content": "x"}}, "a" * 500),
        ({"model": {"type": "BPE", "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "a": 5}, "merges": []},
          "added_tokens": [], "pre_tokenizer": None, "post_processor": None}, "\u0926\u0646"),
    ],
    ids=["no token for the unknown", "a pattern without end", "nothing of it"],
)  # fmt: skip
def test_a_text_that_a_tokeniser_fails_at_ends_in_a_message(encoders, changes, text):
    tokenizer = odd_tokenizer(encoders, **changes)
    assert tokens_of(tokenizer, "a", 40, "x")
    with pytest.raises(SarangiError, match=r"encoder x: the text .* cannot be cut into tokens"):
        tokens_of(tokenizer, text, 40, "x")


def without_padding(encoders, name, number, pad):
    """A tokeniser that pads with ``number``, and settings of a family that do not state the padding."""
    files, settings = dict(tokenizer_files(encoders[name])), ENCODERS[name].to_dict()
    whole = json.loads(files["tokenizer.json"])
    (other,) = (token for token, place in whole["model"]["vocab"].items() if place == number)
    swap = {pad: number, other: whole["model"]["vocab"][pad]}
    whole["model"]["vocab"] |= swap
    for entry in whole["added_tokens"]:
        entry["id"] = swap.get(entry["content"], entry["id"])
    for entry in whole["post_processor"]["special_tokens"].values():
        entry["ids"] = [
            swap.get(token, place) for token, place in zip(entry["tokens"], entry["ids"], strict=True)
        ]
    files["tokenizer.json"] = json.dumps(whole)
    return files, {key: value for key, value in settings.items() if key != "pad_token_id"}


@pytest.mark.parametrize(
    ("name", "number", "pad", "most"),
    [("deberta", 0, "[PAD]", 64), ("bert", 0, "[PAD]", 64), ("roberta", 1, "<pad>", 62)],
)
def test_settings_that_do_not_state_the_padding_have_that_of_the_family(encoders, name, number, pad, most):
    # as DeBERTaV3-base is published
    files, settings = without_padding(encoders, name, number, pad)
    assert load_tokenizer(files, settings, most, "x").pad_token_id == number
    with pytest.raises(SarangiError, match=f"the encoder takes {most}"):
        load_tokenizer(files, settings, most + 1, "x")
    with pytest.raises(SarangiError, match=f"expects a separator and padding with {number}"):
        load_tokenizer(
            tokenizer_files(encoders[name]) if number == 0 else without_padding(encoders, name, 3, pad)[0],
            settings,
            40,
            "x",
        )
    with pytest.raises(SarangiError, match="pad_token_id as None; expected a whole number"):
        load_tokenizer(files, settings | {"pad_token_id": None}, 40, "x")


def test_a_real_encoder_that_does_not_state_its_padding_is_read_as_it_is():
    place = os.environ.get("SARANGI_REAL_WEIGHTS")
    if not place:
        pytest.skip("SARANGI_REAL_WEIGHTS names no folder with minilm_l6")
    folder = Path(place) / "minilm_l6"
    stated = json.loads((folder / "config.json").read_text())
    files = tokenizer_files(folder)
    left = {key: value for key, value in stated.items() if key != "pad_token_id"}
    texts = [
        load_tokenizer(files, settings, 128, "x")("What a day")["input_ids"] for settings in (stated, left)
    ]
    assert texts[0] == texts[1]
    assert stated["pad_token_id"] == 0
