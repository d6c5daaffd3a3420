# ruff: noqa: E402, E501, S106  (a case a line)
"""Models, tokenisers, checkpoints, runs, cards and bundles of strangers, tried one by one.

    python tests/faults/campaign_models.py [--only WORDS] [--independent]

Each try puts something odd where a model is expected, and must end in a message of one line or in what is
right: never in a traceback, a hang, a fetch or an answer that is not a number.  The table at the end says which
survived.
"""

import base64
import hashlib
import io
import json
import os
import re
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path[:0] = [str(Path(__file__).parents[1])]

import independent_models
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from support.campaign import Campaign

from sarangi.app import opening
from sarangi.app.answers import about
from sarangi.base.errors import SarangiError
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.models.encoders import load_encoder, normalises
from sarangi.models.tokenizers import load_tokenizer, tokenizer_files
from sarangi.reproduce.restore import restore
from sarangi.runtime import provenance
from sarangi.sources.small_weights import random_encoder, random_whisper
from sarangi.transcripts.whisper_checkpoint import load as load_whisper

WEIGHTS, CONFIG, PREPROCESSOR = "model.safetensors", "config.json", "preprocessor_config.json"
RIGHT = "is right"
CAMPAIGN = Campaign()


def enter(name: str, said: str, function: Callable[[Path], Any]) -> None:
    """Enter a try, which must end in a message of one line with ``said`` in it, or in what is right."""

    def attempt(folder: Path) -> str | None:
        try:
            function(folder)
        except SarangiError as error:
            if said == RIGHT:
                return f"refused what is right: {error}"
            one_line = "\n" not in str(error)
            return None if one_line and re.search(said, str(error)) else f"another message: {error}"
        return None if said in (RIGHT, "") else "nothing was said"

    CAMPAIGN.tries[name] = attempt


def tried(said: str = RIGHT) -> Callable:
    """Enter a function as a try (:func:`enter`)."""

    def register(function: Callable[[Path], Any]) -> Callable[[Path], Any]:
        enter(function.__name__.replace("_", " "), said, function)
        return function

    return register


def several(kind: Callable[[Path, Any], Any], **cases: tuple[Any, str]) -> None:
    """Enter a try for each of several values of one kind."""
    for name, (value, said) in cases.items():
        title = f"{kind.__name__}: {name}".replace("_", " ")
        enter(title, said, lambda folder, v=value: kind(folder, v))


# ---- encoders


def encoder(folder: Path) -> Path:
    """An encoder of speech in a folder."""
    shape = {"hidden_size": 16, "layers": 1, "heads": 2, "channels": 8, "seed": 1}
    random_encoder(shape, {name: folder / name for name in ENCODER_FILES["speech"]})
    return folder


def opened(folder: Path) -> None:
    """Load the encoder of a folder, and hear a second with it."""
    model = load_encoder(folder).eval()
    normalises(folder)
    with torch.no_grad():
        assert model(torch.randn(1, 16_000)).last_hidden_state.isfinite().all()


def encoder_setting(folder: Path, changed: dict) -> None:
    """Settings of an encoder with some changed."""
    file = encoder(folder) / CONFIG
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    opened(folder)


REFUSED = r"config\.json describes no encoder|does not fit config\.json"
several(
    encoder_setting,
    width_of_0=({"hidden_size": 0}, REFUSED),
    width_below_0=({"hidden_size": -16}, REFUSED),
    width_as_text=({"hidden_size": "16"}, REFUSED),
    width_with_a_point=({"hidden_size": 16.0}, REFUSED),
    width_of_nothing=({"hidden_size": None}, REFUSED),
    layers_below_0=({"num_hidden_layers": -1}, "the weights have more"),
    no_layers=({"num_hidden_layers": 0}, "the weights have more"),
    layers_as_a_flag=({"num_hidden_layers": True}, ""),
    heads_that_do_not_divide=({"num_attention_heads": 3}, REFUSED),
    more_layers_than_weights=({"num_hidden_layers": 3}, r"lack"),
    convolutions_of_other_lengths=({"conv_stride": [5, 2]}, REFUSED),
    no_convolutions=({"conv_dim": [], "conv_stride": [], "conv_kernel": []}, REFUSED),
    an_activation_of_nobody=({"hidden_act": "somebody/activation"}, REFUSED),
    a_norm_of_nobody=({"feat_extract_norm": "evil"}, REFUSED),
    no_groups_of_positions=({"num_conv_pos_embedding_groups": 0}, REFUSED),
    a_dropout_of_5=({"hidden_dropout": 5.0}, REFUSED),
    an_epsilon_of_infinity=({"layer_norm_eps": float("inf")}, REFUSED),
    an_adapter_that_is_not_there=({"add_adapter": True}, "lack|fit"),
    attention_of_an_adapter=({"adapter_attn_dim": 8}, RIGHT),
    a_flag_as_text=({"do_stable_layer_norm": "yes"}, REFUSED),
    a_chance_as_text=({"mask_time_prob": "x"}, REFUSED),
    a_long_list=({"conv_dim": [8] * 10**6}, REFUSED),
    a_number_of_a_thousand_digits=({"vocab_size": 10**1000}, REFUSED),
    another_architecture=({"model_type": "gpt2"}, "model_type is gpt2"),
    a_path_as_architecture=({"model_type": "../wav2vec2"}, REFUSED),
    a_kernel_in_the_settings=({"_attn_implementation": {"": "somebody/kernel"}}, RIGHT),
    sub_settings=({"text_config": {"model_type": "evil", "auto_map": {}}}, RIGHT),
    a_template_of_chat=({"chat_template": "{{ x }}", "task_specific_params": {"a": 1}}, RIGHT),
)


def encoder_document(folder: Path, data: bytes) -> None:
    """A document in the place of ``config.json``."""
    (encoder(folder) / CONFIG).write_bytes(data)
    opened(folder)


several(
    encoder_document,
    nothing=(b"", "expected settings"),
    a_list=(b"[]", "expected settings"),
    utf_16=('{"model_type": "wav2vec2"}'.encode("utf-16"), "expected settings"),
    deep=(b"[" * 100_000, "expected settings"),
    html=(b"<html>404</html>", "expected settings"),
    a_pointer=(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "pointer of git-lfs|expected",
    ),
    another_language=(b'{"model_type": wav2vec2}', "expected settings"),
)


@tried()
def a_mark_of_byte_order(folder: Path) -> None:
    """A config.json as Windows writes it."""
    file = encoder(folder) / CONFIG
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    opened(folder)


def in_place_of(folder: Path, case: tuple[str, str]) -> None:
    """Something else than a file under the name of one."""
    name, kind = case
    place = encoder(folder) / name
    place.unlink()
    {
        "pipe": lambda: os.mkfifo(place),
        "folder": place.mkdir,
        "link to nothing": lambda: place.symlink_to("nowhere"),
        "loop": lambda: place.symlink_to(place.name),
        "sparse": lambda: os.truncate(os.open(place, os.O_CREAT | os.O_WRONLY), 2**40),
    }[kind]()
    opened(folder)


several(
    in_place_of,
    **{
        f"{kind} as {name}": ((name, kind), "no |expected|fit|read")
        for name in (CONFIG, PREPROCESSOR, WEIGHTS)
        for kind in ("pipe", "folder", "link to nothing", "loop", "sparse")
    },
)


def tensors(folder: Path, change: Callable[[dict], dict]) -> None:
    """Weights of an encoder with some tensors changed."""
    file = encoder(folder) / WEIGHTS
    save_file(change(load_file(file)), file)
    opened(folder)


FIRST = "encoder.layers.0.attention.k_proj.weight"
several(
    tensors,
    half=(lambda s: {n: t.bfloat16() for n, t in s.items()}, RIGHT),
    double=(lambda s: {n: t.double() for n, t in s.items()}, RIGHT),
    nan=(lambda s: s | {FIRST: torch.full_like(s[FIRST], torch.nan)}, "not numbers"),
    infinity=(lambda s: s | {FIRST: torch.full_like(s[FIRST], torch.inf)}, "not numbers"),
    whole_numbers=(lambda s: s | {FIRST: s[FIRST].to(torch.int8)}, "is of kind I8"),
    flat=(lambda s: s | {FIRST: s[FIRST].flatten()}, "fit"),
    one_missing=(lambda s: {n: t for n, t in s.items() if n != FIRST}, "lack 1"),
    none=(lambda s: {}, "lack|fit"),
    another_prefix=(lambda s: {f"model.{n}": t for n, t in s.items()}, "lack"),
    more=(lambda s: s | {"evil.weight": torch.zeros(3)}, RIGHT),
)


def header(folder: Path, change: Callable[[bytes, bytes], bytes]) -> None:
    """A file of safetensors whose header or body is odd."""
    file = encoder(folder) / WEIGHTS
    data = file.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    file.write_bytes(change(data[8 : 8 + size], data[8 + size :]))
    opened(folder)


def packed(head: bytes, body: bytes) -> bytes:
    """A file of safetensors."""
    return struct.pack("<Q", len(head)) + head + body


several(
    header,
    a_length_of_2_to_the_60=(lambda h, b: struct.pack("<Q", 2**60) + h + b, "fit"),
    cut=(lambda h, b: packed(h, b[:100]), "fit"),
    more_behind=(lambda h, b: packed(h, b + b"x" * 100), "fit"),
    deep=(lambda h, b: packed(b"[" * 100_000, b), "fit"),
    no_object=(lambda h, b: packed(b"[]      ", b), "fit"),
    empty=(lambda h, b: b"", "fit"),
    offsets_that_overlap=(
        lambda h, b: packed(re.sub(rb'"data_offsets":\[\d+', b'"data_offsets":[0', h), b),
        "fit",
    ),
    offsets_below_0=(
        lambda h, b: packed(re.sub(rb'"data_offsets":\[', b'"data_offsets":[-', h, count=1), b),
        "fit",
    ),
    an_unknown_kind=(lambda h, b: packed(h.replace(b'"F32"', b'"F33"', 1), b), "fit"),
    a_huge_shape=(
        lambda h, b: packed(re.sub(rb'"shape":\[\d+', b'"shape":[9999999999999', h, count=1), b),
        "fit",
    ),
    metadata_of_flax=(lambda h, b: packed(b'{"__metadata__":{"format":"flax"},' + h[1:], b), RIGHT),
    pickled=(lambda h, b: b"\x80\x04cos\nsystem\n(S'true'\ntR.", "fit"),
)

# ---- tokenisers


def tokeniser(folder: Path, change: Callable[[dict, dict, dict], None]) -> None:
    """A tokeniser of which the file, its settings or the encoder are changed."""
    from support.small_encoders import ENCODERS, train_tokenizer

    train_tokenizer(folder)
    whole, own, settings = (
        json.loads((folder / "tokenizer.json").read_text()),
        {},
        ENCODERS["roberta"].to_dict(),
    )
    change(whole, own, settings)
    (folder / "tokenizer.json").write_text(json.dumps(whole))
    (folder / "tokenizer_config.json").write_text(json.dumps(own))
    found = load_tokenizer(tokenizer_files(folder), settings, 40, "tiny")
    assert found("what a lovely day")["input_ids"][0] == 0


several(
    tokeniser,
    as_it_is=(lambda w, o, s: None, RIGHT),
    code_and_classes=(lambda w, o, s: o.update(auto_map={"AutoTokenizer": ["a--b.C", None]}, tokenizer_class="Evil",
                                               backend="custom"), RIGHT),
    files_of_elsewhere=(lambda w, o, s: o.update(vocab_file="/etc/passwd", name_or_path="a/b", gguf_file="x"), RIGHT),
    tokens_added=(lambda w, o, s: o.update(added_tokens_decoder={"9" * 9: {"content": "x"}}), RIGHT),
    a_separator_as_a_number=(lambda w, o, s: o.update(sep_token=5), "sep_token is 5"),
    a_separator_without_content=(lambda w, o, s: o.update(sep_token={"__type": "AddedToken"}), "separat"),
    a_separator_of_nobody=(lambda w, o, s: o.update(sep_token="<nobody>"), "names the token"),
    a_long_separator=(lambda w, o, s: o.update(sep_token="x" * 10**6), "sep_token is"),
    no_model=(lambda w, o, s: w.pop("model"), "no tokeniser"),
    an_unknown_model=(lambda w, o, s: w["model"].update(type="Evil"), "no tokeniser"),
    no_vocabulary=(lambda w, o, s: w["model"].update(vocab={}, merges=[]), "tiny"),
    a_number_of_2_to_the_31=(lambda w, o, s: w["model"]["vocab"].update(evil=2**31), "knows"),
    a_frame_of_nobody=(lambda w, o, s: w["post_processor"].update(special_tokens={}), "no tokeniser|tiny"),
    an_encoder_without_a_vocabulary=(lambda w, o, s: s.pop("vocab_size"), "vocab_size"),
    an_encoder_without_positions=(lambda w, o, s: s.pop("max_position_embeddings"), "max_position_embeddings"),
    an_encoder_with_odd_positions=(lambda w, o, s: s.update(max_position_embeddings="x"), "max_position_embeddings"),
    an_encoder_with_odd_padding=(lambda w, o, s: s.update(pad_token_id="x"), "pads with|pad_token_id"),
    an_encoder_without_an_architecture=(lambda w, o, s: s.pop("model_type"), "model_type"),
)  # fmt: skip

# ---- Whisper


def whisper(folder: Path, change: Callable[[dict], Any]) -> None:
    """A checkpoint of Whisper that is changed."""
    file = folder / "w.pt"
    random_whisper({"width": 16, "layers": 1, "heads": 2, "seed": 1}, file)
    changed = change(torch.load(file, weights_only=True))
    file.write_bytes(changed if isinstance(changed, bytes) else pickled(changed))
    load_whisper(file)


def pickled(value: Any) -> bytes:
    """What torch writes of a value."""
    content = io.BytesIO()
    torch.save(value, content)
    return content.getvalue()


def dims(**changed: Any) -> Callable[[dict], dict]:
    """Return what changes the dimensions of a checkpoint."""
    return lambda state: state | {"dims": state["dims"] | changed}


NO_WHISPER = "not a Whisper checkpoint|pointer"
several(
    whisper,
    as_it_is=(lambda s: s, RIGHT),
    heads_that_do_not_divide=(dims(n_audio_head=3), NO_WHISPER),
    heads_of_the_decoder=(dims(n_text_head=5), NO_WHISPER),
    a_flag=(dims(n_audio_layer=True), NO_WHISPER),
    more=(dims(evil=1), NO_WHISPER),
    other_mels=(dims(n_mels=81), NO_WHISPER),
    many_layers=(dims(n_text_layer=10**6), NO_WHISPER),
    a_list=(lambda s: [s], NO_WHISPER),
    tensors_alone=(lambda s: s["model_state_dict"], NO_WHISPER),
    nan=(lambda s: s | {"model_state_dict": {n: t * torch.nan for n, t in s["model_state_dict"].items()}}, "not numbers"),
    whole_numbers=(lambda s: s | {"model_state_dict": {n: t.int() for n, t in s["model_state_dict"].items()}},
                   "expected numbers with a point"),
    a_zip_of_text=(lambda s: zipped({"a/data.pkl": b"x"}), NO_WHISPER),
    a_page=(lambda s: b"<html>404</html>", NO_WHISPER),
    nothing=(lambda s: b"", NO_WHISPER),
    a_pointer=(lambda s: b"version https://git-lfs.github.com/spec/v1\n", NO_WHISPER),
)  # fmt: skip


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of some members."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


# ---- runs of fine-tuning, with their cards


def run(folder: Path) -> Path:
    """A run of fine-tuning in a folder."""
    from support.speech import run as made

    return made.__wrapped__(folder)


def heard(folder: Path, where: Path) -> None:
    """Open a model, ask what is known of it, and hear a second with it."""
    listener = opening.load(str(folder), where)
    about(listener)
    signal = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    found = listener.answer([signal], [""])
    assert found.shape == (1, len(listener.emotions)) and np.isfinite(found).all()


def run_setting(folder: Path, change: Callable[[dict], Any]) -> None:
    """A run whose description is changed."""
    made = run(folder)
    described = json.loads((made / CONFIG).read_text())
    change(described)
    (made / CONFIG).write_text(json.dumps(described))
    heard(made, folder)


NO_RUN = "no complete fine-tuned run"
several(
    run_setting,
    as_it_is=(lambda d: None, RIGHT),
    a_kernel=(lambda d: d["audio"]["encoder"].update(_attn_implementation="somebody/kernel"), RIGHT),
    no_emotions=(lambda d: d.update(emotions=[]), NO_RUN),
    one_emotion_twice=(lambda d: d.update(emotions=["sad", "sad"]), NO_RUN),
    emotions_of_numbers=(lambda d: d.update(emotions=[1, 2]), NO_RUN),
    emotions_as_text=(lambda d: d.update(emotions="ab"), NO_RUN),
    a_dropout_as_text=(lambda d: d.update(dropout="x"), NO_RUN),
    nothing_that_hears=(lambda d: d.pop("audio"), NO_RUN),
    seconds_below_0=(lambda d: d["audio"].update(max_audio_s=-1), NO_RUN),
    seconds_of_0=(lambda d: d["audio"].update(max_audio_s=0), NO_RUN),
    seconds_as_text=(lambda d: d["audio"].update(max_audio_s="x"), NO_RUN),
    seconds_of_infinity=(lambda d: d["audio"].update(max_audio_s=float("inf")), NO_RUN),
    no_seconds=(lambda d: d["audio"].pop("max_audio_s"), NO_RUN),
    no_word_on_loudness=(lambda d: d["audio"].pop("normalise"), NO_RUN),
    frozen_beyond=(lambda d: d["audio"].update(frozen_layers=99), NO_RUN),
    frozen_as_text=(lambda d: d["audio"].update(frozen_layers="most"), NO_RUN),
    an_encoder_of_text=(lambda d: d["audio"]["encoder"].update(model_type="roberta"), NO_RUN),
    an_encoder_that_is_a_list=(lambda d: d["audio"].update(encoder=[]), NO_RUN),
    audio_that_is_a_list=(lambda d: d.update(audio=[]), NO_RUN),
)  # fmt: skip


@tried("not numbers|no complete fine-tuned run")
def a_run_of_no_numbers(folder: Path) -> None:
    """A run whose weights are no numbers."""
    made = run(folder)
    state = load_file(made / WEIGHTS)
    save_file({name: tensor * torch.nan for name, tensor in state.items()}, made / WEIGHTS)
    heard(made, folder)


def card(folder: Path, data: Any) -> None:
    """A run with something odd as its card."""
    made = run(folder)
    (made / "card.json").write_text(data if isinstance(data, str) else json.dumps(data))
    heard(made, folder)


WHOLE = {key: {} for key in ("name", "model", "corpus", "speakers", "scores", "calibration", "protocol")}
several(
    card,
    a_list=([], RIGHT),
    a_page=("<html>", RIGHT),
    deep=("[" * 100_000, RIGHT),
    keys_alone=(WHOLE | {"synthetic": False}, RIGHT),
    keys_of_nothing=(dict.fromkeys(WHOLE) | {"synthetic": None}, RIGHT),
    texts=(dict.fromkeys(WHOLE, "x") | {"synthetic": "yes"}, RIGHT),
    an_asr_of_text=(WHOLE | {"synthetic": True, "asr": "x"}, RIGHT),
)

# ---- bundles

RECORD = {"rule": "a", "wildcards": {}, "inputs": {}, "outputs": [], "parameters": "p", "code": "c"}


def bundle(folder: Path, members: dict[str, Any]) -> None:
    """A bundle with some members, put into an empty folder in which nothing may be left outside."""
    data = b"data"
    record = RECORD | {"sha256": hashlib.sha256(data).hexdigest()}
    whole = {
        "bundle.json": {"version": 1, "targets": [], "identities": {}},
        "results/a.csv": data,
        str(provenance.place("results/a.csv")): record,
        key("results/a.csv"): {"rule": "a"},
    }
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        for name, content in (whole | members).items():
            if content is not None:
                archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    (folder / "clone").mkdir()
    try:
        restore(folder / "b.zip", folder / "clone")
    except SarangiError:
        assert not list((folder / "clone").rglob("*")), "something was written"
        raise
    assert sorted(path.name for path in folder.iterdir()) == ["b.zip", "clone"]


def key(path: str) -> str:
    """Where Snakemake keeps what it knows of a file."""
    return f".snakemake/metadata/{base64.urlsafe_b64encode(path.encode()).decode()}"


NO_BUNDLE = "expected a bundle"
several(
    bundle,
    as_it_is=({}, RIGHT),
    of_another_version=({"bundle.json": {"version": 2, "targets": [], "identities": {}}}, NO_BUNDLE),
    targets_of_nothing=({"bundle.json": {"version": 1, "targets": None, "identities": {}}}, NO_BUNDLE),
    targets_of_numbers=({"bundle.json": {"version": 1, "targets": [1], "identities": {}}}, NO_BUNDLE),
    identities_of_a_list=({"bundle.json": {"version": 1, "targets": [], "identities": [1]}}, NO_BUNDLE),
    identities_of_numbers=({"bundle.json": {"version": 1, "targets": [], "identities": {"a": 1}}}, NO_BUNDLE),
    a_bundle_that_is_a_list=({"bundle.json": []}, NO_BUNDLE),
    a_way_out=({"results/../../evil": b"x"}, NO_BUNDLE),
    a_way_out_of_windows=({"results\\..\\..\\evil": b"x"}, NO_BUNDLE),
    a_script=({"workflow/scripts/evil.py": b"x"}, NO_BUNDLE),
    a_lock_of_snakemakes=({".snakemake/locks/0.input.lock": b"x"}, NO_BUNDLE),
    a_record_that_is_a_list=({key("results/a.csv"): []}, NO_BUNDLE),
    a_record_of_another_file=({key("results/b.csv"): {"rule": "a"}}, NO_BUNDLE),
    a_record_that_is_no_json=({key("results/a.csv"): b"\x80\x04cos\nsystem"}, NO_BUNDLE),
    a_record_without_a_name=({".snakemake/metadata/": b""}, NO_BUNDLE),
    a_record_of_auxiliaries=({".snakemake/auxiliary/x": b"x"}, NO_BUNDLE),
    provenance_that_is_a_list=({str(provenance.place("results/a.csv")): []}, NO_BUNDLE),
    provenance_of_other_bytes=({"results/a.csv": b"other"}, "not what its provenance says"),
    provenance_of_nothing_known=({"results/provenance/x": b"x"}, NO_BUNDLE),
    a_name_of_nul=({"results/a\0.csv": b"x"}, RIGHT),
)  # fmt: skip


CAMPAIGN.enter_independent(independent_models.TRIES, independent_models.AT_FIRST)

if __name__ == "__main__":
    sys.exit(CAMPAIGN.main(__doc__))
