# ruff: noqa: E501  (a case a line)
"""Tries of models by somebody who wrote neither the mends nor the other tries.

``python tests/faults/campaign_models.py --independent`` does them.
"""

import atexit
import functools
import json
import math
import os
import pickle
import shutil
import struct
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import soundfile
import torch
from safetensors.torch import load_file, save_file
from support.judged import wrong_with
from support.places import MADE_BY_TEST
from support.small_encoders import ENCODERS, train_tokenizer
from support.small_whisper import SETTINGS, converted, noise

from sarangi.app import opening
from sarangi.app.predicting import predict, words_in
from sarangi.audio.flac import encode
from sarangi.audio.shard_rows import AUDIO
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.models.encoders import Encoder, load_encoder
from sarangi.models.finetuning import describe
from sarangi.models.fusion import classifier
from sarangi.models.pooled_states import pooled_states
from sarangi.models.tokenizers import load_tokenizer, tokenizer_files
from sarangi.sources import other_whispers
from sarangi.sources.checkpoints import as_safetensors
from sarangi.sources.small_weights import random_encoder, random_whisper
from sarangi.study.inputs import whisper_files
from sarangi.transcripts.ctranslate2_whisper import FasterWhisper
from sarangi.transcripts.openai_whisper import OpenAIWhisper

TRIES: dict[str, Callable[[Path], str | None]] = {}
AT_FIRST: dict[str, str] = {}
"""What was wrong with a try when it was first made; mended since."""
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
WEIGHTS, CONFIG, PREPROCESSOR = "model.safetensors", "config.json", "preprocessor_config.json"


def tried(says: str | None = None, at_first: str | None = None) -> Callable:
    """Enter a function as a try that ends well, or in a message like ``says``; ``at_first`` as AT_FIRST."""

    def register(function: Callable[[Path], str | None]) -> Callable[[Path], str | None]:
        name = function.__name__.replace("_", " ")
        assert name not in TRIES, name
        TRIES[name] = lambda folder: wrong_with(folder, lambda: function(folder), says, OFFLINE)
        if at_first:
            AT_FIRST[name] = at_first
        return function

    return register


def made_once(make: Callable[[Path], Any]) -> Callable[[Path], Path]:
    """Return a function that gives a copy of a folder which is made once."""

    @functools.cache
    def original() -> Path:
        place = Path(tempfile.mkdtemp(prefix="sarangi_tried_"))
        atexit.register(shutil.rmtree, place)
        make(place)
        return place

    def copied(folder: Path) -> Path:
        shutil.copytree(original(), folder / "model")
        return folder / "model"

    return copied


def changed(file: Path, **values: Any) -> None:
    """Change values of a JSON file."""
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


# ---- encoders of speech


@made_once
def speech(folder):
    shape = {"hidden_size": 16, "layers": 1, "heads": 2, "channels": 8, "seed": 1}
    random_encoder(shape, {name: folder / name for name in ENCODER_FILES["speech"]})


def pooled(model: Path, must: bool = True) -> str | None:
    """Return what is wrong with the pooled states of two clips, as the rule makes them."""
    audio, output = model.parent / "audio.parquet", model.parent / "states.parquet"
    with store.Writer(audio, AUDIO, MADE_BY_TEST) as writer:
        for n in range(2):
            sound = (noise(0.3, n) * 32767).clip(-32768, 32767).astype(np.int16)
            writer.add(
                {
                    "utterance_id": f"c/{n}.wav",
                    "status": "ok",
                    "reason": None,
                    "audio": {"bytes": encode(sound), "path": "x"},
                }
            )
    pooled_states(audio, Encoder(model), 1.0, 1, store.Output(output, MADE_BY_TEST))
    rows = store.read(output)
    good = rows[rows["status"] == "ok"]
    if not all(np.isfinite(np.asarray(value, dtype=np.float32)).all() for value in good["pooled"]):
        return "states that are no numbers are called ok"
    if must and len(good) < 2:
        return f"refused what is right: {list(rows['reason'])}"
    return None if len(good) == 2 or rows["reason"].notna().all() else "a row failed without a reason"


def config_tried(
    name: str,
    data: Callable[[bytes], bytes],
    says: str | None,
    at_first: str | None = None,
    file: str = CONFIG,
) -> None:
    """Enter a try of the bytes of a JSON file of an encoder."""

    def attempt(folder: Path) -> str | None:
        model = speech(folder)
        (model / file).write_bytes(data((model / file).read_bytes()))
        described = describe(
            {"audio": {"encoder": "x", "frozen_layers": 0, "max_audio_s": 1}, "finetuning": {"dropout": 0.1}},
            {"audio": Encoder(model)},
            ["a", "b"],
        )
        return pooled(model) or (
            None if described["audio"]["normalise"] in (True, False) else "normalise is neither"
        )

    attempt.__name__ = name
    tried(says, at_first)(attempt)


def value(key: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Return what puts another value, as JSON text, behind the others of an object."""

    def put(data: bytes) -> bytes:
        kept = json.loads(data)
        kept.pop(key.decode(), None)
        return json.dumps(kept).encode().rstrip()[:-1] + b', "' + key + b'": ' + new + b"}"

    return put


config_tried(
    "settings_with_a_mark_in_front",
    lambda data: b"\xef\xbb\xbf" + data,
    None,
    "the training ended in a traceback",
)
TRAINING = "the training ended in a traceback, since it read them first and by itself"
config_tried(
    "settings_in_utf_16",
    lambda data: data.decode().encode("utf-16"),
    "config.json: expected settings",
    TRAINING,
)
config_tried("settings_nested_without_end", lambda data: b"[" * 200_000, "nested too deep", TRAINING)
config_tried("settings_of_nothing", lambda data: b"", "config.json: expected settings", TRAINING)
config_tried(
    "settings_with_a_number_of_ten_thousand_digits",
    value(b"hidden_size", b"1" * 10_000),
    "config.json",
    TRAINING,
)
config_tried(
    "settings_with_a_key_twice",
    lambda data: value(b"hidden_size", b"16")(data)[:-1] + b', "hidden_size": 16}',
    "config.json",
    "the second value was taken without a word",
)
config_tried("settings_with_an_infinite_size", value(b"hidden_size", b"Infinity"), "hidden_size is inf")
config_tried("settings_with_an_epsilon_of_nan", value(b"layer_norm_eps", b"NaN"), "layer_norm_eps is nan")
config_tried(
    "settings_with_an_epsilon_below_zero",
    value(b"layer_norm_eps", b"-1"),
    "layer_norm_eps",
    "every state was no number, and was said to be beyond the range of float16",
)
config_tried(
    "settings_of_zero_bytes_of_a_lost_disk", lambda data: bytes(4096), "config.json: expected settings"
)
config_tried(
    "settings_cut_in_the_middle", lambda data: data[: len(data) // 2], "config.json: expected settings"
)
config_tried(
    "settings_with_code_as_an_activation",
    value(b"hidden_act", b"\"__import__('os').system('touch ran')\""),
    "config.json|hidden_act",
)
config_tried("settings_with_no_heads", value(b"num_attention_heads", b"0"), "config.json")
config_tried("settings_with_a_list_as_a_size", value(b"hidden_size", b"[16, 16]"), "config.json|does not fit")
config_tried(
    "settings_with_strides_of_a_text", value(b"conv_stride", b'"5222222"'), "config.json|does not fit"
)
config_tried(
    "loudness_that_is_a_text",
    value(b"do_normalize", b'"false"'),
    "do_normalize",
    "clips were normalised, though the file said false",
    PREPROCESSOR,
)
config_tried(
    "loudness_that_is_null",
    value(b"do_normalize", b"null"),
    "do_normalize",
    "null counted as false without a word",
    PREPROCESSOR,
)
config_tried(
    "a_rate_that_is_a_text", value(b"sampling_rate", b'"16000"'), "sampling_rate", None, PREPROCESSOR
)
config_tried("a_rate_that_is_true", value(b"sampling_rate", b"true"), "sampling_rate", None, PREPROCESSOR)
config_tried(
    "a_preparation_that_is_a_list", lambda data: b"[]", "preprocessor_config.json", None, PREPROCESSOR
)


def file_tried(
    name: str, put: Callable[[Path], Any], says: str | None, at_first: str | None = None, must: bool = True
) -> None:
    """Enter a try of what lies in the folder of an encoder."""

    def attempt(folder: Path) -> str | None:
        model = speech(folder)
        put(model)
        return pooled(model, must)

    attempt.__name__ = name
    tried(says, at_first)(attempt)


def instead(name: str, make: Callable[[Path], Any]) -> Callable[[Path], None]:
    def put(model: Path) -> None:
        (model / name).unlink()
        make(model / name)

    return put


file_tried("settings_that_are_a_pipe", instead(CONFIG, os.mkfifo), "config.json")
file_tried(
    "settings_that_are_a_link_to_the_passwords",
    instead(CONFIG, lambda path: path.symlink_to("/etc/passwd")),
    "^(?!.*root:).*config.json",
)
file_tried(
    "settings_that_lead_to_themselves", instead(CONFIG, lambda path: path.symlink_to(path)), "config.json"
)
file_tried("weights_that_are_a_pipe", instead(WEIGHTS, os.mkfifo), "no model.safetensors")
file_tried("weights_that_are_a_folder", instead(WEIGHTS, os.mkdir), "no model.safetensors")
file_tried(
    "weights_that_are_a_link_to_nothing",
    instead(WEIGHTS, lambda path: path.symlink_to("/nowhere/at/all")),
    "no model.safetensors",
)
file_tried(
    "weights_that_are_a_link_to_zeros_without_end",
    instead(WEIGHTS, lambda path: path.symlink_to("/dev/zero")),
    "no model.safetensors",
)


def elsewhere(model: Path) -> None:
    shutil.move(model / WEIGHTS, model.parent / "weights")
    (model / WEIGHTS).symlink_to("../weights")


file_tried("weights_that_are_a_link_to_elsewhere", elsewhere, None)


def code_beside(model: Path) -> None:
    for name in ("modeling_evil.py", "__init__.py", "configuration_evil.py", "conftest.py"):
        (model / name).write_text(f"open({str(model / 'ran')!r}, 'w')")
    (model / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")
    changed(
        model / CONFIG,
        auto_map={"AutoConfig": "configuration_evil.Evil", "AutoModel": "modeling_evil.Evil"},
        trust_remote_code=True,
    )


@tried()
def code_that_lies_beside_the_weights(folder):
    model = speech(folder)
    code_beside(model)
    return pooled(model) or ("it ran" if (model / "ran").exists() or (folder / "ran").exists() else None)


@tried("cannot be read|no config.json")
def a_folder_that_nobody_may_read(folder):
    return as_nobody(folder, lambda model: load_encoder(model), lambda model: model.chmod(0))


@tried("config.json")
def settings_that_nobody_may_read(folder):
    return as_nobody(folder, lambda model: load_encoder(model), lambda model: (model / CONFIG).chmod(0))


@tried("model.safetensors")
def weights_that_nobody_may_read(folder):
    return as_nobody(folder, lambda model: load_encoder(model), lambda model: (model / WEIGHTS).chmod(0))


def as_nobody(folder: Path, call: Callable[[Path], Any], shut: Callable[[Path], Any]) -> str | None:
    """Do a call on an encoder that is shut, as a user for whom permissions count."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        model = speech(Path(place))
        model.chmod(0o755)
        shut(model)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            call(model)
        finally:
            if root:
                os.seteuid(0)
            model.chmod(0o755)
    return "nothing was said"


# ---- tensors


def tensors_tried(
    name: str,
    change: Callable[[dict], Any],
    says: str | None,
    at_first: str | None = None,
    settings: Mapping[str, Any] | None = None,
    must: bool = True,
) -> None:
    """Enter a try of the tensors of an encoder."""

    def put(model: Path) -> None:
        state = load_file(model / WEIGHTS)
        state = change(state) or state
        save_file(state, model / WEIGHTS)
        changed(model / CONFIG, **(settings or {}))

    file_tried(name, put, says, at_first, must)


def all_of(kind: torch.dtype) -> Callable[[dict], dict]:
    return lambda state: {name: tensor.to(kind) for name, tensor in state.items()}


GAIN = "encoder.pos_conv_embed.conv.parametrizations.weight.original0"
tensors_tried("tensors_of_bfloat16", all_of(torch.bfloat16), None)
tensors_tried(
    "a_gain_in_whole_numbers",
    lambda state: state | {GAIN: torch.ones_like(state[GAIN], dtype=torch.int8)},
    "kind I8",
    "a quantised tensor was taken as it is",
)
tensors_tried(
    "a_gain_of_yes_and_no",
    lambda state: state | {GAIN: torch.ones_like(state[GAIN], dtype=torch.bool)},
    "kind BOOL",
    "a tensor of truth was taken as one of numbers",
)
tensors_tried(
    "a_bias_of_eight_bits",
    lambda state: (
        state | {"encoder.layer_norm.bias": state["encoder.layer_norm.bias"].to(torch.float8_e4m3fn)}
    ),
    "kind F8",
)
tensors_tried(
    "numbers_beyond_32_bits",
    lambda state: state | {"encoder.layer_norm.bias": torch.full((16,), 1e300, dtype=torch.float64)},
    "not numbers",
)
tensors_tried(
    "numbers_beyond_what_can_be_added",
    lambda state: {name: torch.full_like(tensor, 1e30) for name, tensor in state.items()},
    None,
    None,
    None,
    False,
)
tensors_tried(
    "a_tensor_of_another_shape",
    lambda state: state | {"encoder.layer_norm.bias": torch.zeros(17)},
    "does not fit",
)
tensors_tried(
    "a_tensor_of_no_size", lambda state: state | {"encoder.layer_norm.bias": torch.zeros(0)}, "does not fit"
)
tensors_tried(
    "half_of_the_names_in_capitals",
    lambda state: {name.upper() if "layers.0" in name else name: tensor for name, tensor in state.items()},
    "lack",
)


@tried(
    "not numbers|does not fit|lack",
    "a mean of the training that was no number made every state one, and nobody said so",
)
def a_mean_of_the_training_that_is_no_number(folder):
    from transformers import HubertConfig, HubertModel

    model = speech(folder)
    config = HubertConfig(**{**ENCODERS["hubert"].to_diff_dict(), "conv_pos_batch_norm": True})
    network = HubertModel(config)
    config.save_pretrained(model)
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    (poor,) = [name for name in state if name.endswith("running_mean")]
    save_file(state | {poor: torch.full_like(state[poor], math.nan)}, model / WEIGHTS)
    load_encoder(model)
    return None


def header_tried(
    name: str,
    data: Callable[[dict, bytes], bytes],
    says: str | None = "does not fit",
    at_first: str | None = None,
) -> None:
    """Enter a try of the bytes of a file of safetensors, made of its header and its body."""

    def put(model: Path) -> None:
        whole = (model / WEIGHTS).read_bytes()
        (size,) = struct.unpack("<Q", whole[:8])
        (model / WEIGHTS).write_bytes(data(json.loads(whole[8 : 8 + size]), whole[8 + size :]))

    file_tried(name, put, says, at_first)


def packed(header: Any, body: bytes, size: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if size is None else size) + text + body


BIAS = "encoder.layer_norm.bias"
header_tried(
    "a_tensor_behind_the_end",
    lambda h, b: packed(h | {BIAS: h[BIAS] | {"data_offsets": [2**40, 2**40 + 64]}}, b),
)
header_tried(
    "a_tensor_with_its_end_before_its_beginning",
    lambda h, b: packed(h | {BIAS: h[BIAS] | {"data_offsets": [64, 0]}}, b),
)
header_tried(
    "a_header_with_a_mark_in_front", lambda h, b: packed(b"\xef\xbb\xbf" + json.dumps(h).encode(), b)
)
header_tried(
    "weights_that_say_nothing_of_their_form",
    lambda h, b: packed({k: v for k, v in h.items() if k != "__metadata__"}, b),
    None,
)


@tried("several files")
def weights_in_parts_for_an_encoder(folder):
    model = speech(folder)
    shutil.move(model / WEIGHTS, model / "model-00001-of-00001.safetensors")
    (model / f"{WEIGHTS}.index.json").write_text(json.dumps({"weight_map": {"a": "../../../etc/passwd"}}))
    return pooled(model)


# ---- checkpoints of torch


class Runs:
    """Something that runs when it is unpickled."""

    def __reduce__(self) -> tuple:
        return os.system, ("touch ran",)


def checkpoint_tried(
    name: str, put: Callable[[Path], Any], says: str | None, at_first: str | None = None
) -> None:
    """Enter a try of a checkpoint of torch that becomes safetensors."""

    def attempt(folder: Path) -> str | None:
        path = folder / "pytorch_model.bin"
        put(path)
        try:
            as_safetensors(path, folder / WEIGHTS)
        finally:
            if (folder / "ran").exists():
                return "code ran"  # noqa: B012
            if says and (folder / WEIGHTS).exists():
                return "half of it was written"  # noqa: B012
        return None

    attempt.__name__ = name
    tried(says, at_first)(attempt)


checkpoint_tried(
    "a_pickle_that_runs", lambda path: path.write_bytes(pickle.dumps(Runs())), "not a checkpoint of torch"
)
checkpoint_tried(
    "a_checkpoint_of_torch_that_runs",
    lambda path: torch.save({"a": torch.zeros(2), "b": Runs()}, path),
    "not a checkpoint of torch",
)
checkpoint_tried(
    "a_whole_module", lambda path: torch.save(torch.nn.Linear(2, 2), path), "not a checkpoint of torch"
)
checkpoint_tried(
    "a_script_of_torch",
    lambda path: torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), path),
    "not a checkpoint of torch",
)
checkpoint_tried(
    "names_that_are_numbers", lambda path: torch.save({1: torch.zeros(2)}, path), "expected named tensors"
)
checkpoint_tried(
    "tensors_in_a_dictionary_in_it",
    lambda path: torch.save({"state_dict": {"a": torch.zeros(2)}}, path),
    "expected named tensors",
)
checkpoint_tried(
    "a_checkpoint_of_nothing",
    lambda path: torch.save({}, path),
    "expected named tensors",
    "an empty file of weights was written",
)
checkpoint_tried(
    "a_sparse_tensor",
    lambda path: torch.save({"a": torch.eye(3).to_sparse()}, path),
    "pytorch_model.bin",
    "a traceback",
)
checkpoint_tried(
    "a_quantised_tensor",
    lambda path: torch.save({"a": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)}, path),
    "pytorch_model.bin",
    "a traceback",
)
checkpoint_tried(
    "a_complex_tensor",
    lambda path: torch.save({"a": torch.ones(3, dtype=torch.complex128)}, path),
    "pytorch_model.bin",
    "a traceback",
)
checkpoint_tried(
    "a_tensor_without_memory",
    lambda path: torch.save({"a": torch.empty(3, device="meta")}, path),
    "pytorch_model.bin",
    "a traceback",
)
checkpoint_tried(
    "tensors_that_share_their_numbers",
    lambda path: torch.save(
        {"a": (shared := torch.ones(1000)), "b": shared[:500], "c": shared.view(10, 100).T}, path
    ),
    None,
)
checkpoint_tried("a_checkpoint_that_is_a_pipe", os.mkfifo, "pytorch_model.bin", "it hung")
checkpoint_tried("a_checkpoint_that_is_a_folder", os.mkdir, "pytorch_model.bin")


# ---- tokenisers


@made_once
def text(folder):
    from transformers import AutoModel

    torch.manual_seed(0)
    config = ENCODERS["roberta"]
    network = AutoModel.from_config(config)
    config.save_pretrained(folder)
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, folder / WEIGHTS)
    train_tokenizer(folder)


def reader(
    folder: Path,
    change: Callable[[dict], Any] = lambda whole: None,
    raw: Callable[[bytes], bytes] | None = None,
    **described: Any,
) -> Path:
    """Make a run that reads words, whose tokeniser is changed."""
    model = text(folder)
    file = model / "tokenizer.json"
    whole = json.loads(file.read_text())
    whole = change(whole) or whole
    file.write_text(json.dumps(whole))
    if raw:
        file.write_bytes(raw(file.read_bytes()))
    entry = {
        "encoder": "roberta",
        "frozen_layers": 0,
        "max_tokens": 40,
        "context_turns": 0,
        "words": "corpus",
    }
    found = describe(
        {"text": entry, "finetuning": {"dropout": 0.1}}, {"text": Encoder(model, "text")}, ["angry", "sad"]
    )
    torch.manual_seed(1)
    network = classifier(found, {"text": load_encoder(model, "text")})
    found["text"] |= described
    run = folder / "run"
    run.mkdir()
    (run / CONFIG).write_text(json.dumps(found))
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, run / WEIGHTS)
    return run


def answers(run: Path, *words: str) -> str | None:
    """Return what is wrong with what a run says of words, twice."""
    listener = opening.load(str(run), run.parent)
    said = [listener.answer([noise(0.5)] * len(words), words) for _ in range(2)]
    if not np.isfinite(said[0]).all() or not np.allclose(said[0].sum(1), 1, atol=1e-4):
        return f"it answers {said[0]}"
    return None if np.array_equal(*said) else "it answers otherwise each time"


def tokenizer_tried(
    name: str,
    change: Callable[[dict], Any],
    says: str | None,
    at_first: str | None = None,
    words: tuple[str, ...] = ("go away from my door " * 5, "oh no"),
    **more: Any,
) -> None:
    """Enter a try of a tokeniser in a run that reads words."""

    def attempt(folder: Path) -> str | None:
        run = reader(folder, change, **more)
        described = json.loads((run / CONFIG).read_text())["text"]
        load_tokenizer(described["tokenizer"], described["encoder"], described["max_tokens"], "roberta")
        return answers(run, *words)

    attempt.__name__ = name
    tried(says, at_first)(attempt)


def put(path: str, new: Any) -> Callable[[dict], None]:
    """Return what puts a value at a path of keys."""

    def change(whole: dict) -> None:
        *keys, last = path.split(".")
        for key in keys:
            whole = whole[key]
        whole[last] = new

    return change


def split_by(pattern: str) -> dict:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


def with_id(number: int) -> Callable[[dict], None]:
    def change(whole: dict) -> None:
        for entry in whole["post_processor"]["special_tokens"].values():
            entry["ids"] = [number]

    return change


tokenizer_tried(
    "a_frame_with_ids_beyond_the_vocabulary",
    with_id(9_999_999),
    "beyond|tokens",
    "an IndexError of torch at the first text",
)
tokenizer_tried(
    "a_frame_with_ids_just_beyond_the_vocabulary",
    with_id(320),
    "beyond|tokens",
    "an IndexError of torch at the first text",
)
tokenizer_tried(
    "a_tokeniser_that_draws",
    put("model.dropout", 0.5),
    "dropout",
    "the same words gave other answers each time",
)
tokenizer_tried(
    "a_tokeniser_that_draws_always", put("model.dropout", 1.0), "dropout", "words were cut into letters"
)
tokenizer_tried(
    "a_pattern_that_never_ends",
    put(
        "pre_tokenizer",
        {
            "type": "Sequence",
            "pretokenizers": [
                split_by("(a+a+)+$"),
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
            ],
        },
    ),
    "cannot be cut|tokeniser",
    "a panic of Rust in a traceback",
    ("a" * 3000 + "b",),
)
tokenizer_tried(
    "a_replacement_that_never_ends",
    put("normalizer", {"type": "Replace", "pattern": {"Regex": "(a|a|b)+c$"}, "content": "x"}),
    "cannot be cut|tokeniser",
    "a panic of Rust in a traceback",
    ("a" * 3000 + "d",),
)
tokenizer_tried("a_pattern_that_is_none", put("pre_tokenizer", split_by("(((")), "no tokeniser")
tokenizer_tried(
    "words_of_no_vocabulary",
    lambda whole: (
        whole
        | {
            "model": {
                "type": "WordLevel",
                "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "a": 5, "<x>": 3},
                "unk_token": "<nobody>",
            },
            "pre_tokenizer": {"type": "Whitespace"},
        }
    ),
    "cannot be cut|tokeniser",
    "a bare exception of Rust at the first other word",
)
tokenizer_tried(
    "a_tokeniser_that_drops_what_it_does_not_know",
    lambda whole: (
        whole
        | {
            "model": {
                "type": "BPE",
                "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5},
                "merges": [],
            },
            "pre_tokenizer": None,
            "post_processor": None,
        }
    ),
    "cannot be cut|no token",
    "texts without a token ended in a traceback",
    ("बेटा", "a"),
)
tokenizer_tried(
    "padding_and_a_length_of_its_own",
    lambda whole: (
        whole
        | {
            "padding": {
                "strategy": {"Fixed": 500},
                "direction": "Left",
                "pad_to_multiple_of": None,
                "pad_id": 4,
                "pad_type_id": 0,
                "pad_token": "<mask>",
            },
            "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
        }
    ),
    None,
)
tokenizer_tried(
    "a_vocabulary_with_gaps",
    lambda whole: put("model.vocab", {**whole["model"]["vocab"], "zzzz": 319})(whole),
    None,
)
tokenizer_tried(
    "two_tokens_of_one_id",
    lambda whole: put("model.vocab", {**whole["model"]["vocab"], "zzzz": 7})(whole),
    "|",
)
tokenizer_tried(
    "an_id_below_zero",
    lambda whole: put("model.vocab", {**whole["model"]["vocab"], "zzzz": -1})(whole),
    "no tokeniser",
)
tokenizer_tried(
    "special_tokens_that_are_words",
    lambda whole: put(
        "added_tokens",
        [
            *whole["added_tokens"],
            {
                "id": 300,
                "content": "away",
                "special": True,
                "single_word": False,
                "lstrip": True,
                "rstrip": True,
                "normalized": False,
            },
        ],
    )(whole),
    None,
)
tokenizer_tried(
    "a_special_token_of_nothing",
    lambda whole: put(
        "added_tokens",
        [
            *whole["added_tokens"],
            {
                "id": 300,
                "content": "",
                "special": True,
                "single_word": False,
                "lstrip": True,
                "rstrip": True,
                "normalized": False,
            },
        ],
    )(whole),
    "|",
)
tokenizer_tried(
    "an_added_token_beyond_the_encoder",
    lambda whole: put(
        "added_tokens",
        [
            *whole["added_tokens"],
            {
                "id": 5000,
                "content": "<new>",
                "special": True,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
            },
        ],
    )(whole),
    "|knows",
)
tokenizer_tried(
    "a_charsmap_of_noise",
    put("normalizer", {"type": "Precompiled", "precompiled_charsmap": "AAAA////"}),
    "precompiled_charsmap",
)
tokenizer_tried(
    "a_tokeniser_with_a_mark_in_front", lambda whole: None, None, raw=lambda data: b"\xef\xbb\xbf" + data
)
tokenizer_tried(
    "a_tokeniser_in_utf_16",
    lambda whole: None,
    "tokenizer files cannot be read",
    raw=lambda data: data.decode().encode("utf-16"),
)
tokenizer_tried(
    "a_tokeniser_with_a_lone_surrogate",
    lambda whole: None,
    "tokeniser|tokenizer",
    raw=lambda data: data.replace(b'"<mask>"', b'"\\ud800"'),
)
tokenizer_tried(
    "a_tokeniser_that_is_nested_without_end",
    lambda whole: None,
    "nested too deep",
    raw=lambda data: b'{"model":' + b"[" * 200_000,
)
tokenizer_tried(
    "a_tokeniser_cut_in_the_middle", lambda whole: None, "tokenizer files", raw=lambda data: data[:2000]
)


@tried("tokenizer")
def a_tokeniser_that_is_a_pipe(folder):
    model = text(folder)
    (model / "tokenizer.json").unlink()
    os.mkfifo(model / "tokenizer.json")
    tokenizer_files(model)
    return "nothing was said"


# ---- runs


@made_once
def hearing(folder):
    shape = {"hidden_size": 16, "layers": 1, "heads": 2, "channels": 8, "seed": 1}
    encoder = folder / "encoder"
    encoder.mkdir()
    random_encoder(shape, {name: encoder / name for name in ENCODER_FILES["speech"]})
    entry = {"encoder": "tiny", "frozen_layers": 0, "max_audio_s": 1}
    found = describe(
        {"audio": entry, "finetuning": {"dropout": 0.1}}, {"audio": Encoder(encoder)}, ["angry", "sad"]
    )
    torch.manual_seed(1)
    network = classifier(found, {"audio": load_encoder(encoder)})
    (folder / CONFIG).write_text(json.dumps(found))
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, folder / WEIGHTS)
    shutil.rmtree(encoder)


def recordings(folder: Path) -> Path:
    """Make a folder of two recordings."""
    place = folder / "clips"
    place.mkdir()
    for n in range(2):
        soundfile.write(place / f"{n}.wav", noise(0.5, n), 16_000)
    return place


def predicted(
    run: Path, folder: Path, words: Mapping[str, str] | None = None, must: bool = True
) -> str | None:
    """Return what is wrong with the predictions of a folder, as the command writes them."""
    output = folder / "out.csv"
    listener = opening.load(str(run), folder)
    predict(recordings(folder), listener, run, words, output)
    import csv

    rows = list(csv.DictReader(output.open(encoding="utf-8")))
    for row in rows:
        numbers = [float(value) for name, value in row.items() if name.startswith("p_") and value]
        if row["status"] == "ok" and (not numbers or not np.isfinite(numbers).all()):
            return f"a row that is ok has {numbers}"
        if row["status"] != "ok" and not row["reason"]:
            return "a row that is not ok has no reason"
    if must and [row["status"] for row in rows] != ["ok", "ok"]:
        return f"refused what is right: {rows}"
    left = [path.name for path in folder.iterdir() if path.name.startswith(".")]
    return f"left behind: {left}" if left else None


def run_tried(
    name: str,
    change: Callable[[dict], Any],
    says: str | None,
    at_first: str | None = None,
    raw: Callable[[bytes], bytes] | None = None,
    tensors: Callable[[dict], dict] | None = None,
    must: bool = True,
) -> None:
    """Enter a try of a run that hears, with what its description or its weights are changed to."""

    def attempt(folder: Path) -> str | None:
        run = hearing(folder)
        described = json.loads((run / CONFIG).read_text())
        described = change(described) or described
        (run / CONFIG).write_text(json.dumps(described))
        if raw:
            (run / CONFIG).write_bytes(raw((run / CONFIG).read_bytes()))
        if tensors:
            save_file(tensors(load_file(run / WEIGHTS)), run / WEIGHTS)
        return predicted(run, folder, must=must)

    attempt.__name__ = name
    tried(says, at_first)(attempt)


run_tried("a_run_with_a_mark_in_front", lambda d: None, None, raw=lambda data: b"\xef\xbb\xbf" + data)
run_tried(
    "a_run_with_its_emotions_twice",
    lambda d: None,
    "config.json|emotions",
    "the second list was taken without a word",
    raw=lambda data: data[:-1] + b', "emotions": ["sad", "angry"]}',
)
run_tried(
    "a_run_with_a_blink_of_an_eye",
    put("audio.max_audio_s", 0.001),
    "max_audio_s",
    "an error of torch in a traceback",
)
run_tried(
    "a_run_with_less_than_a_sample",
    put("audio.max_audio_s", 1e-9),
    "max_audio_s",
    "an error of torch in a traceback",
)
run_tried(
    "a_run_whose_weights_cannot_be_added",
    lambda d: None,
    None,
    "predictions that are no numbers were called ok",
    tensors=lambda state: {name: torch.full_like(tensor, 3e38) for name, tensor in state.items()},
    must=False,
)
run_tried("a_run_with_an_unknown_pooling", put("audio.pooling", "evil"), "|")
run_tried("a_run_with_layers_frozen_below_zero", put("audio.frozen_layers", -1), "|")
run_tried("a_run_with_a_dropout_of_two", put("dropout", 2), "no complete fine-tuned run")
run_tried(
    "a_run_with_names_that_are_markup", put("emotions", ["<script>alert(1)</script>", 'a,b\n"c"']), None
)
run_tried("a_run_with_names_that_differ_by_case", put("emotions", ["Sad", "sad"]), None)
run_tried(
    "a_run_without_an_encoder",
    lambda d: {"emotions": d["emotions"], "dropout": 0.1, "audio": {"max_audio_s": 1, "normalise": True}},
    "no complete fine-tuned run",
)
run_tried("a_run_with_a_seconds_of_true", put("audio.max_audio_s", True), "max_audio_s")
run_tried(
    "a_run_whose_weights_are_quantised",
    lambda d: None,
    "kind|no complete fine-tuned run",
    "weights in whole numbers were taken as they are",
    tensors=lambda state: {name: tensor.to(torch.int8) for name, tensor in state.items()},
)


def reading_tried(
    name: str, says: str | None, at_first: str | None = None, drop: tuple[str, ...] = (), **described: Any
) -> None:
    """Enter a try of the description of a run that reads words."""

    def attempt(folder: Path) -> str | None:
        run = reader(folder, **described)
        found = json.loads((run / CONFIG).read_text())
        for key in drop:
            del found["text"][key]
        (run / CONFIG).write_text(json.dumps(found))
        return predicted(run, folder, {"0.wav": "go away", "1.wav": "oh no not again " * 20})

    attempt.__name__ = name
    tried(says, at_first)(attempt)


TRACE = "a traceback"
reading_tried("a_reading_run_as_it_is", None)
reading_tried("a_reading_run_with_no_tokens", "max_tokens", TRACE, max_tokens=0)
reading_tried("a_reading_run_with_tokens_below_zero", "max_tokens", TRACE, max_tokens=-5)
reading_tried("a_reading_run_with_tokens_of_a_text", "max_tokens", TRACE, max_tokens="40")
reading_tried("a_reading_run_with_tokens_of_null", "max_tokens", TRACE, max_tokens=None)
reading_tried("a_reading_run_without_its_tokeniser", "tokenizer|tokeniser", TRACE, drop=("tokenizer",))
reading_tried("a_reading_run_without_the_name_of_its_encoder", "name|run", TRACE, drop=("name",))
reading_tried(
    "a_reading_run_with_a_tokeniser_of_a_list", "tokenizer|tokeniser", TRACE, tokenizer=["tokenizer.json"]
)
reading_tried(
    "a_reading_run_with_a_tokeniser_of_numbers", "tokenizer|tokeniser", TRACE, tokenizer={"tokenizer.json": 5}
)


@tried("frozen encoder|is not available|card", "a traceback")
def a_run_of_states_with_a_card_of_odd_things(folder):
    run = hearing(folder)
    found = json.loads((run / CONFIG).read_text())
    found["audio"]["states"] = True
    (run / CONFIG).write_text(json.dumps(found))
    pooled_state = {
        "classifier.weight": torch.zeros(2, 16),
        "classifier.bias": torch.zeros(2),
        "audio.layers.scores": torch.zeros(2),
    }
    save_file(pooled_state, run / WEIGHTS)
    card = dict.fromkeys(
        ("name", "model", "corpus", "speakers", "scores", "calibration", "synthetic", "protocol"), 1
    )
    (run / "card.json").write_text(json.dumps(card | {"encoders": ["audio"], "asr": "x"}))
    return predicted(run, folder)


@tried()
def a_card_that_is_a_pipe(folder):
    run = hearing(folder)
    os.mkfifo(run / "card.json")
    return predicted(run, folder)


@tried()
def a_card_with_a_whisper_that_lies_elsewhere(folder):
    run = hearing(folder)
    card = dict.fromkeys(
        ("name", "model", "corpus", "speakers", "scores", "calibration", "synthetic", "protocol"), 1
    )
    (run / "card.json").write_text(
        json.dumps(card | {"asr": {"checkpoint": "../../../etc/passwd", "settings": {}}})
    )
    return predicted(run, folder)


def named_tried(title: str, name: str, at_first: str | None = None) -> None:
    def attempt(folder: Path) -> str | None:
        opening.load(name, folder)
        return "nothing was said"

    attempt.__name__ = title
    tried(".", at_first)(attempt)


named_tried("a_model_called_nul", "a\0b")
named_tried("a_model_called_with_5000_letters", "a" * 5000, TRACE)
named_tried("a_model_called_with_half_a_letter", "a\udcff/b")
named_tried("a_model_called_like_an_option", "--upload/x")
named_tried("a_model_called_by_an_address", "https://example.org/a/b")
named_tried("a_model_called_nothing", "")


@tried("cannot be looked at", TRACE)
def a_model_in_a_folder_that_nobody_may_enter(folder):
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        run = hearing(Path(place))
        run.chmod(0)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            opening.load(str(run / "model"), Path(place))
        finally:
            if root:
                os.seteuid(0)
            run.chmod(0o755)
    return "nothing was said"


# ---- classifiers of others


@made_once
def foreign(folder):
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2ForSequenceClassification

    torch.manual_seed(2)
    config = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, conv_dim=[8] * 3, conv_kernel=[40, 8, 4],
        conv_stride=[20, 8, 2], num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2,
        id2label={0: "calm", 1: "cross"}, label2id={"calm": 0, "cross": 1}, classifier_proj_size=8,
    )  # fmt: skip
    Wav2Vec2ForSequenceClassification(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(folder)


def foreign_tried(
    name: str, put: Callable[[Path], Any], says: str | None, at_first: str | None = None
) -> None:
    """Enter a try of a classifier of somebody else's."""

    def attempt(folder: Path) -> str | None:
        model = foreign(folder)
        put(model)
        problem = predicted(model, folder)
        return problem or ("it ran" if (folder / "ran").exists() else None)

    attempt.__name__ = name
    tried(says, at_first)(attempt)


def text_put(file: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def put(model: Path) -> None:
        data = (model / file).read_bytes()
        assert old in data, data
        (model / file).write_bytes(data.replace(old, new))

    return put


def in_parts(lead: Callable[[Path], Any] | None = None) -> Callable[[Path], None]:
    def put(model: Path) -> None:
        part = "model-00001-of-00001.safetensors"
        state = load_file(model / WEIGHTS)
        shutil.move(model / WEIGHTS, model / part)
        (model / f"{WEIGHTS}.index.json").write_text(
            json.dumps({"metadata": {}, "weight_map": dict.fromkeys(state, part)})
        )
        if lead:
            lead(model)

    return put


foreign_tried(
    "a_label_twice_under_one_number",
    text_put(CONFIG, b'"1": "cross"', b'"1": "cross", "1": "calmer"'),
    "twice|id2label",
    "the second label was taken without a word",
)
foreign_tried(
    "labels_with_numbers_in_other_digits",
    text_put(CONFIG, b'"1": "cross"', '"١": "cross"'.encode()),
    "id2label",
)
foreign_tried("labels_with_zeros_in_front", text_put(CONFIG, b'"1": "cross"', b'"01": "cross"'), "id2label")
foreign_tried("a_label_that_turns_around", text_put(CONFIG, b'"cross"', b'"\\u202ecross"'), "|")
foreign_tried("weights_in_parts", in_parts(), None)
foreign_tried(
    "weights_in_parts_of_which_one_is_a_link_to_zeros",
    in_parts(
        lambda model: (
            (model / "model-00001-of-00001.safetensors").unlink(),
            (model / "model-00001-of-00001.safetensors").symlink_to("/dev/zero"),
        )
    ),
    ".",
)
foreign_tried(
    "weights_in_parts_whose_list_is_a_pipe",
    in_parts(
        lambda model: ((model / f"{WEIGHTS}.index.json").unlink(), os.mkfifo(model / f"{WEIGHTS}.index.json"))
    ),
    ".",
)
foreign_tried(
    "weights_in_parts_whose_list_is_of_numbers",
    in_parts(
        lambda model: (model / f"{WEIGHTS}.index.json").write_text('{"weight_map": {"a": 5, "b": [1]}}')
    ),
    ".",
)
foreign_tried(
    "weights_in_parts_whose_list_is_no_mapping",
    in_parts(lambda model: (model / f"{WEIGHTS}.index.json").write_text('{"weight_map": 7}')),
    ".",
)
foreign_tried("another_rate", lambda model: changed(model / PREPROCESSOR, sampling_rate=44_100), None)
foreign_tried(
    "a_padding_of_nan", lambda model: changed(model / PREPROCESSOR, padding_value=math.nan), "padding_value"
)
foreign_tried(
    "a_sum_of_layers_that_is_not_there",
    lambda model: changed(model / CONFIG, use_weighted_layer_sum=True),
    "lack",
)
foreign_tried("a_width_of_true", lambda model: changed(model / CONFIG, classifier_proj_size=True), ".")


# ---- Whispers of openai


@made_once
def whispered(folder):
    random_whisper({"width": 4, "layers": 1, "heads": 2, "seed": 1}, folder / "w.pt")


def heard(found: list) -> str | None:
    """Return what is wrong with what a Whisper wrote."""
    for each in found:
        if not all(isinstance(text, str) for text in (each.text, each.language)):
            return f"no text: {each}"
        if each.note is None and not math.isfinite(each.avg_logprob):
            return f"a text with a probability of {each.avg_logprob}"
    return None


def whisper_tried(
    name: str,
    says: str | None,
    at_first: str | None = None,
    dims: Mapping[str, Any] | None = None,
    state: Callable[[dict, dict], Any] | None = None,
    whole: Callable[[dict], Any] | None = None,
) -> None:
    """Enter a try of a checkpoint of openai-whisper."""

    def attempt(folder: Path) -> str | None:
        path = whispered(folder) / "w.pt"
        found = torch.load(path, weights_only=True)
        found["dims"] |= dims or {}
        if state:
            state(found["model_state_dict"], found["dims"])
        found = whole(found) if whole else found
        torch.save(found, path)
        engine = OpenAIWhisper(path, SETTINGS, 1)
        return heard(engine.hear([noise(0.3)], None, ["a"])) or heard(engine.hear([noise(0.3)], "en", ["a"]))

    attempt.__name__ = name
    tried(says, at_first)(attempt)


def cut_to(**sizes: int) -> Callable[[dict, dict], None]:
    """Return what gives tensors and dims other sizes that go with each other."""

    def change(state: dict, dims: dict) -> None:
        dims |= sizes
        if "n_mels" in sizes:
            state["encoder.conv1.weight"] = torch.randn(dims["n_audio_state"], sizes["n_mels"], 3) * 0.1
        if "n_audio_ctx" in sizes:
            state["encoder.positional_embedding"] = torch.zeros(sizes["n_audio_ctx"], dims["n_audio_state"])
        if "n_text_ctx" in sizes:
            state["decoder.positional_embedding"] = torch.zeros(sizes["n_text_ctx"], dims["n_text_state"])
        if "n_vocab" in sizes:
            state["decoder.token_embedding.weight"] = (
                torch.randn(sizes["n_vocab"], dims["n_text_state"]) * 0.02
            )

    return change


ASSERTED = "an AssertionError of whisper at the first clip"
whisper_tried("a_whisper_of_64_bands", "n_mels", ASSERTED, state=cut_to(n_mels=64))
whisper_tried("a_whisper_of_128_bands", None, state=cut_to(n_mels=128))
whisper_tried("a_whisper_of_two_seconds", "n_audio_ctx", ASSERTED, state=cut_to(n_audio_ctx=100))
whisper_tried("a_whisper_of_a_minute", "n_audio_ctx", ASSERTED, state=cut_to(n_audio_ctx=3000))
whisper_tried(
    "a_whisper_of_few_words", "n_vocab", "an IndexError at the first clip", state=cut_to(n_vocab=1000)
)
whisper_tried(
    "a_whisper_of_english_alone",
    None,
    "a ValueError of whisper where the language is to be detected",
    state=cut_to(n_vocab=51864),
)
whisper_tried("a_whisper_of_a_hundred_thousand_words", "n_vocab|", None, state=cut_to(n_vocab=100_000))
whisper_tried("a_whisper_of_two_tokens", "n_text_ctx", "an error of torch", state=cut_to(n_text_ctx=2))
whisper_tried(
    "a_whisper_of_numbers_beyond_32_bits",
    "not numbers",
    "answers that are no numbers",
    state=lambda state, dims: state.update({"decoder.ln.bias": torch.full((4,), 1e300, dtype=torch.float64)}),
)
whisper_tried(
    "a_whisper_whose_weights_cannot_be_added",
    "not a number|probabilit",
    "texts with a probability of nan",
    state=lambda state, dims: state.update(
        {name: torch.full_like(tensor, 1e38) for name, tensor in state.items()}
    ),
)
whisper_tried(
    "a_whisper_in_whole_numbers",
    "kind|whole|numbers",
    "quantised weights were taken as they are",
    state=lambda state, dims: state.update({name: tensor.to(torch.int8) for name, tensor in state.items()}),
)
whisper_tried(
    "a_whisper_of_complex_numbers",
    "not a Whisper",
    "its imaginary part was dropped without a word",
    state=lambda state, dims: state.update({"decoder.ln.bias": torch.ones(4, dtype=torch.complex64)}),
)
whisper_tried(
    "a_whisper_of_sparse_tensors",
    "not a Whisper",
    None,
    state=lambda state, dims: state.update({"decoder.ln.bias": torch.eye(4)[0].to_sparse()}),
)
whisper_tried(
    "a_whisper_with_dimensions_in_a_list",
    "not a Whisper",
    None,
    whole=lambda found: found | {"dims": list(found["dims"].values())},
)
whisper_tried(
    "a_whisper_with_a_tensor_more",
    "not a Whisper",
    None,
    state=lambda state, dims: state.update({"evil": torch.zeros(3)}),
)


@tried("w.pt", "it hung")
def a_whisper_that_is_a_pipe(folder):
    os.mkfifo(folder / "w.pt")
    OpenAIWhisper(folder / "w.pt", SETTINGS, 1)
    return "nothing was said"


@tried("not a Whisper checkpoint")
def a_whisper_that_runs(folder):
    torch.save({"dims": {}, "model_state_dict": {"a": Runs()}}, folder / "w.pt")
    try:
        OpenAIWhisper(folder / "w.pt", SETTINGS, 1)
    finally:
        assert not (folder / "ran").exists()
    return "nothing was said"


# ---- Whispers of CTranslate2


@made_once
def faster(folder):
    random_whisper({"width": 16, "layers": 1, "heads": 2, "seed": 1}, folder / "w.pt")
    converted(folder / "w.pt", folder / "ct2")


def faster_tried(
    name: str, put: Callable[[Path], Any], says: str | None, at_first: str | None = None
) -> None:
    """Enter a try of a folder of faster-whisper."""

    def attempt(folder: Path) -> str | None:
        model = faster(folder) / "ct2"
        put(model)
        return heard(FasterWhisper(model, SETTINGS, 1).hear([noise(0.3)], "en", ["a"]))

    attempt.__name__ = name
    tried(says, at_first)(attempt)


def prepared_by(**values: Any) -> Callable[[Path], Any]:
    return lambda model: (model / PREPROCESSOR).write_text(
        json.dumps(
            {"feature_size": 80, "sampling_rate": 16_000, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
            | values
        )
    )


faster_tried("a_faster_whisper_as_it_is", lambda model: None, None)
faster_tried("a_faster_whisper_whose_preparation_is_right", prepared_by(), None)
faster_tried(
    "a_faster_whisper_with_a_tokeniser_of_noise",
    lambda model: (model / "tokenizer.json").write_bytes(os.urandom(100)),
    "tokenizer|not a Whisper",
    "a bare exception of Rust",
)
faster_tried(
    "a_faster_whisper_with_a_tokeniser_of_another",
    lambda model: (model / "tokenizer.json").write_text('{"model": {"type": "Evil"}}'),
    "tokenizer|not a Whisper",
    "a bare exception of Rust",
)
faster_tried(
    "a_faster_whisper_with_settings_of_noise",
    lambda model: (model / CONFIG).write_bytes(b"\xff\xfe{"),
    "config.json|not a Whisper",
)
faster_tried(
    "a_faster_whisper_with_settings_of_a_list",
    lambda model: (model / CONFIG).write_text("[1]"),
    "config.json|not a Whisper|get them again",
    TRACE,
)
faster_tried(
    "a_faster_whisper_with_languages_beyond_its_words",
    lambda model: changed(model / CONFIG, lang_ids=[10**6]),
    "|config.json|language|not a Whisper",
)
faster_tried(
    "a_faster_whisper_whose_preparation_divides_by_zero",
    prepared_by(hop_length=0),
    "preprocessor_config.json",
    TRACE,
)
faster_tried(
    "a_faster_whisper_whose_preparation_is_a_text",
    prepared_by(feature_size="x"),
    "preprocessor_config.json",
    TRACE,
)
faster_tried(
    "a_faster_whisper_whose_preparation_is_at_8000_hz",
    prepared_by(sampling_rate=8000),
    "preprocessor_config.json",
    "clips were heard at another rate without a word",
)
faster_tried(
    "a_faster_whisper_whose_preparation_is_a_list",
    lambda model: (model / PREPROCESSOR).write_text("[1]"),
    "preprocessor_config.json",
    TRACE,
)
faster_tried(
    "a_faster_whisper_whose_preparation_is_cut",
    lambda model: (model / PREPROCESSOR).write_text('{"feature_size": 1'),
    "preprocessor_config.json",
    "the other settings were taken, with a warning that is nobody's",
)
faster_tried(
    "a_faster_whisper_whose_preparation_is_a_pipe",
    lambda model: os.mkfifo(model / PREPROCESSOR),
    "|preprocessor_config.json",
)
faster_tried(
    "a_faster_whisper_with_other_bands",
    prepared_by(feature_size=128),
    "preprocessor_config.json|feature_size",
    "an error of CTranslate2 at the first clip",
)
faster_tried(
    "a_faster_whisper_cut_in_the_middle",
    lambda model: (model / "model.bin").write_bytes((model / "model.bin").read_bytes()[:5000]),
    "not a Whisper",
)
faster_tried(
    "a_faster_whisper_of_noise",
    lambda model: (model / "model.bin").write_bytes(struct.pack("<I", 6) + os.urandom(5000)),
    "not a Whisper",
)
faster_tried(
    "a_faster_whisper_without_a_vocabulary",
    lambda model: [path.unlink() for path in model.glob("vocabulary.*")],
    "not a Whisper",
)
faster_tried(
    "a_faster_whisper_with_half_a_vocabulary",
    lambda model: [path.write_text("[]") for path in model.glob("vocabulary.*")],
    "not a Whisper|get them again",
    TRACE,
)


def files_tried(name: str, put: Callable[[Path], Any], says: str | None, at_first: str | None = None) -> None:
    """Enter a try of a folder of faster-whisper that a person puts in place, of which a job reads all files."""

    def attempt(folder: Path) -> str | None:
        for each in ("model.bin", "config.json", "tokenizer.json"):
            (folder / each).write_text("x")
        put(folder)
        if wrong := other_whispers.wrong_with(folder, faster=True):
            raise SarangiError(wrong)
        found = whisper_files(SimpleNamespace(checkpoints={"x": folder}), "x")
        return None if all(Path(path).is_file() for path in found) else f"{found}"

    attempt.__name__ = name
    tried(says, at_first)(attempt)


files_tried(
    "a_link_to_nothing_among_the_files_of_a_whisper",
    lambda folder: (folder / "vocabulary.json").symlink_to("nowhere"),
    "vocabulary.json",
    "Snakemake's own words at the job",
)
files_tried(
    "a_pipe_among_the_files_of_a_whisper",
    lambda folder: os.mkfifo(folder / "preprocessor_config.json"),
    "preprocessor_config.json",
    "it hung when it was hashed",
)
files_tried("a_folder_among_the_files_of_a_whisper", lambda folder: (folder / ".cache").mkdir(), None)


# ---- words of predictions


def words_tried(name: str, data: bytes, says: str | None, at_first: str | None = None) -> None:
    """Enter a try of a table of words."""

    def attempt(folder: Path) -> str | None:
        (folder / "words.csv").write_bytes(data)
        found = words_in(folder / "words.csv")
        return None if found == {"0.wav": "go away", "1.wav": "oh no"} else f"the words are {found}"

    attempt.__name__ = name
    tried(says, at_first)(attempt)


LINES = b"file,text\n0.wav,go away\n1.wav,oh no\n"
words_tried(
    "words_with_a_mark_and_line_ends_of_windows", b"\xef\xbb\xbf" + LINES.replace(b"\n", b"\r\n"), None
)
words_tried(
    "words_of_a_file_twice",
    LINES + b"0.wav,another\n",
    "words.csv",
    "the last words were taken without a word",
)
words_tried(
    "words_with_a_column_twice",
    LINES.replace(b"file,text", b"file,text,text").replace(b"away", b"away,x"),
    "words.csv",
    "the last column was taken without a word",
)
words_tried("words_of_a_spreadsheet_in_utf_16", LINES.decode().encode("utf-16"), "words.csv")
words_tried("words_with_semicolons", LINES.replace(b",", b";"), "words.csv")
words_tried(
    "words_with_a_line_too_long",
    LINES + b"2.wav,well, you know\n",
    "words.csv",
    "what follows a comma was dropped without a word",
)
words_tried("words_of_a_field_that_never_ends", LINES + b'2.wav,"' + b"a" * 300_000, "words.csv")


@tried("words.csv", "it hung")
def words_that_are_a_pipe(folder):
    os.mkfifo(folder / "words.csv")
    words_in(folder / "words.csv")
    return "nothing was said"


REMEDY = "the message named no remedy"
AT_FIRST |= (
    dict.fromkeys(
        (
            "settings with code as an activation", "settings with no heads", "settings with a list as a size",
            "settings with strides of a text", "a rate that is a text", "a rate that is true",
            "weights that nobody may read", "half of the names in capitals", "a tensor behind the end",
            "a tensor with its end before its beginning", "a tokeniser that is nested without end",
            "a tokeniser cut in the middle", "a faster whisper with settings of noise",
            "a faster whisper cut in the middle", "a faster whisper of noise", "a faster whisper without a vocabulary",
        ),
        REMEDY,
    )
    | dict.fromkeys(("settings of zero bytes of a lost disk", "settings cut in the middle"), TRAINING)
    | dict.fromkeys(
        ("weights that are a folder", "weights that are a link to nothing"),
        "the advice was to rename model.safetensors to model.safetensors",
    )
    | dict.fromkeys(
        ("settings that are a pipe", "weights that are a pipe"),
        "it hung, which the harness did not see: its alarm was an OSError",
    )
    | {
        "weights that are a link to zeros without end": "all memory was taken",
        "a folder that nobody may read": TRACE,
        "a charsmap of noise": "Rust took gigabytes, and aborted the process",
        "a whisper of a hundred thousand words": "it was taken, though no Whisper has such a vocabulary",
    }
)  # fmt: skip
