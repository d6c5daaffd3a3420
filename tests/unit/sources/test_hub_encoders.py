"""Encoders of the Hugging Face hub, from a stand-in of it: recorded, held to, refused, converted."""

import argparse
import hashlib
import logging
import os
import subprocess
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from support.hub import COMMITS, hub_here, refusal  # noqa: F401  (fixtures)
from support.publisher import locked
from support.raw_server import answered
from support.small_encoders import ENCODERS, encoders  # noqa: F401  (fixtures)
from tokenizers import Tokenizer

from sarangi.base.errors import SarangiError
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.models.encoders import load_encoder
from sarangi.models.tokenizers import load_tokenizer, tokenizer_files
from sarangi.sources import checksums
from sarangi.sources.hub_encoders import encoder_weights
from sarangi.sources.kinds import FIRST_USE, kind_of
from sarangi.sources.tokenisers import fast_tokenizer

HOME = "https://huggingface.co/a/b"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
BUSY = answered(b"", "Retry-After: 0", status="429 Too Many Requests")


def sha(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture
def roberta(hub_here, encoders, tmp_path):
    """The hub with an encoder of text whose weights are a pickle, tied as published."""
    state = load_file(encoders["roberta"] / "model.safetensors")
    state["lm_head.decoder.weight"] = state["roberta.embeddings.word_embeddings.weight"]
    torch.save(state, tmp_path / "w.bin")
    hub_here.large["pytorch_model.bin"] = (tmp_path / "w.bin").read_bytes()
    for name in ("config.json", "tokenizer.json"):
        hub_here.files[name] = (encoders["roberta"] / name).read_bytes()
    (tmp_path / "w.bin").unlink()
    return hub_here


@pytest.fixture
def get(tmp_path):
    """Fetch an encoder of text; what is left in its folder is what was asked for, or parts to resume."""
    folder = tmp_path / "made"
    folder.mkdir()

    def fetched(**source):
        output = {name: folder / f".{name}.tmp" for name in ENCODER_FILES["text"]}
        for name in output:
            (folder / name).unlink(missing_ok=True)
        encoder_weights({"hub": "a/b", **source}, output)
        assert {path.name for path in folder.iterdir()} == {path.name for path in output.values()}
        for name, place in output.items():
            place.replace(folder / name)
        return folder

    return fetched


def test_the_first_use_is_recorded_and_held_to_though_the_branch_moves(roberta, get, encoders):
    folder = get()
    one, two = (
        load_encoder(folder, "text").state_dict(),
        load_encoder(encoders["roberta"], "text").state_dict(),
    )
    assert all(torch.equal(one[name], tensor) for name, tensor in two.items())
    files = {**roberta.files, **roberta.large}
    expected = {
        f"{HOME}/resolve/{COMMITS[0]}/{name}": {"checksum": sha(data), "size": len(data)}
        for name, data in files.items()
    }
    assert locked() == {HOME: {"commit": COMMITS[0]}} | expected
    before = checksums.CHECKSUMS.read_bytes()
    roberta.asked.clear()
    get()
    # the recorded commit is asked for, and not what the branch is at now
    assert roberta.asked[0][0] == f"/api/models/a/b/revision/{COMMITS[0]}?blobs=true"
    assert checksums.CHECKSUMS.read_bytes() == before
    roberta.files["config.json"] += b" "
    with pytest.raises(SarangiError, match=r"resolve/1+/config\.json: found .* as checksums\.yaml recorded"):
        get()
    roberta.commit = COMMITS[1]
    with pytest.raises(SarangiError, match=r"answers 404; it has no revision 1+, .*delete the lines"):
        get()


def test_weights_are_called_unpinned_until_their_record_is_committed(roberta, get, tmp_path):
    kind = kind_of({"hub": "a/b"})
    assert kind.origin_by({}) == f"Hugging Face hub, a/b; {FIRST_USE}"
    get()

    def git(*words):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True)

    assert checksums.committed() == {}
    git("init", "-q")
    assert checksums.committed() == {}
    git("add", "checksums.yaml")
    git("commit", "-qm", "first")
    assert checksums.committed() == locked()
    assert kind.origin_by(checksums.committed()) == "Hugging Face hub, a/b at revision 111111111111"
    # a revision alone says nothing that can be checked of the weights; with their checksum it does
    half = kind_of({"hub": "a/b", "revision": COMMITS[1]})
    assert half.origin_by(checksums.committed()).endswith(FIRST_USE)
    whole = kind_of({"hub": "a/b", "revision": COMMITS[1], "checksums": {"pytorch_model.bin": "sha256:0"}})
    assert whole.origin_by({}) == whole.origin == "Hugging Face hub, a/b at revision 222222222222"


def test_what_the_configuration_states_is_held_against_the_hub_before_anything_comes(roberta, get):
    right = {"pytorch_model.bin": sha(roberta.large["pytorch_model.bin"])}
    with pytest.raises(
        SarangiError, match=r"the configuration states sha256:0+, the hub has sha256:.*Nothing was"
    ):
        get(revision=COMMITS[0], checksums={"pytorch_model.bin": f"sha256:{'0' * 64}"})
    assert not any(path.startswith("/lfs") for path, _ in roberta.asked)
    get(revision=COMMITS[0], checksums=right)
    assert set(locked()) == {
        f"{HOME}/resolve/{COMMITS[0]}/{name}" for name in ("config.json", "tokenizer.json")
    }
    with pytest.raises(
        SarangiError, match=r"expected weights as model\.safetensors, and it has config\.json"
    ):
        get(file="model.safetensors")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("b", BUSY), ("config.json", BUSY), ("pytorch_model.bin", BUSY),
        ("config.json", answered(b"", status="503 Service Unavailable")),
        # half of the body, and the connection is gone
        ("b", answered(b"{" * 99)[:-50]), ("config.json", answered(b" " * 99)[:-50]),
    ],
)  # fmt: skip
def test_what_may_pass_is_tried_again(roberta, get, name, fault):
    roberta.faults[name] = [fault]
    load_encoder(get(), "text")
    assert sum(path.partition("?")[0].endswith(f"/{name}") for path, _ in roberta.asked) >= 2


def test_a_cut_download_of_weights_resumes_where_it_broke(roberta, get):
    data = roberta.large["pytorch_model.bin"]
    # five tries end before they begin; the first had brought half
    roberta.faults["pytorch_model.bin"] = [answered(data)[: -len(data) // 2]] + [b""] * 4
    with pytest.raises(SarangiError, match=r"tried 5 times\. Run the same command again"):
        get()
    assert not checksums.CHECKSUMS.exists()
    roberta.asked.clear()
    folder = get()
    assert load_file(folder / "model.safetensors")
    assert locked()[f"{HOME}/resolve/{COMMITS[0]}/pytorch_model.bin"]["checksum"] == sha(data)


@pytest.mark.parametrize(
    ("name", "fault", "told"),
    [
        ("b", refusal("401 Unauthorized", "RepoNotFound"), "answers 401; there is no such .*HF_TOKEN"),
        ("b", refusal("404 Not Found", "RepoNotFound"), "answers 404; there is no such repository"),
        ("b", answered(b"<html>"), "expected the files of a/b at a commit, found something else"),
        ("b", answered(b'{"sha": "main", "siblings": []}'), "no commit, or no file"),
        ("config.json", refusal("401 Unauthorized", "GatedRepo"), "asks for consent: give it at http"),
        ("pytorch_model.bin", refusal("403 Forbidden", "GatedRepo"), "answers 403; its publisher asks"),
        ("config.json", answered(b"<html>", "Content-Type: text/html"), "a web page"),
        ("b", answered(b"", "Retry-After: 999", status="429 Too Many Requests"), "wait 999 s"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do_and_leaves_nothing(roberta, get, tmp_path, name, fault, told):
    roberta.faults[name] = [fault] * 9
    with pytest.raises(SarangiError, match=told):
        get()
    assert not checksums.CHECKSUMS.exists()
    assert not list((tmp_path / "made").glob("*.bin*"))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        # of the right length, so that only the content tells
        ("pytorch_model.bin", lambda data: bytes(len(data)), r"found \d+ bytes with sha256.*discarded"),
        ("pytorch_model.bin", lambda data: POINTER, r"expected \d+|has \d+ bytes"),
        ("tokenizer.json", lambda data: data[:-1] + b" ", "not the one that the hub calls"),
        ("config.json", lambda data: POINTER.ljust(len(data)), "a pointer of Git LFS"),
    ],
)
def test_what_is_not_the_file_is_thrown_away(roberta, get, tmp_path, name, content, told):
    roberta.changed[name] = content({**roberta.files, **roberta.large}[name])
    with pytest.raises(SarangiError, match=told):
        get()
    assert not checksums.CHECKSUMS.exists()
    assert not [
        path
        for path in (tmp_path / "made").iterdir()
        if name.partition(".")[0] in path.name and path.stat().st_size > len(POINTER)
    ]


def test_a_pickle_that_names_code_is_neither_kept_nor_recorded(roberta, get, tmp_path):
    torch.save({"a": argparse.Namespace(lr=1)}, tmp_path / "w.bin")
    roberta.large["pytorch_model.bin"] = (tmp_path / "w.bin").read_bytes()
    with pytest.raises(SarangiError, match="which is not a tensor; nothing in it was run"):
        get()
    assert not checksums.CHECKSUMS.exists()
    assert not list((tmp_path / "made").glob("*.bin*"))


def test_the_token_goes_to_the_hub_alone_and_into_no_log(roberta, get, monkeypatch, caplog):
    secret = "hf_never_to_be_seen"  # noqa: S105
    roberta.needs_token = f"Bearer {secret}"
    with caplog.at_level(logging.DEBUG):
        with pytest.raises(
            SarangiError, match=r"answers 403; .* give that account's token \(HF_TOKEN"
        ) as error:
            get()
        monkeypatch.setenv("HF_TOKEN", secret)
        get()
    told = {path.startswith("/lfs"): token for path, token in roberta.asked}
    assert told == {True: None, False: f"Bearer {secret}"}
    with pytest.raises(SarangiError, match="answers 401; it does not take the token that is here") as other:
        roberta.faults[COMMITS[0]] = [refusal("401 Unauthorized", "")]
        get()
    monkeypatch.setenv("HF_TOKEN", f"{secret} ä")
    with pytest.raises(SarangiError, match="blanks or letters that no token has") as odd:
        get()
    assert secret not in f"{caplog.text} {error.value} {other.value} {odd.value}"
    assert secret not in checksums.CHECKSUMS.read_text()


def test_another_cache_of_the_user_changes_nothing(roberta, get, tmp_path, monkeypatch):
    first = {path.name: path.read_bytes() for path in get().iterdir()}
    cache = tmp_path / "cache/hub/models--a--b/refs"
    cache.mkdir(parents=True)
    (cache / "main").write_text(COMMITS[1])
    for name, value in {"HF_HOME": tmp_path / "cache", "HF_HUB_OFFLINE": 1, "HF_HUB_CACHE": cache}.items():
        monkeypatch.setenv(name, str(value))
    assert {path.name: path.read_bytes() for path in get().iterdir()} == first
    assert [path.name for path in (tmp_path / "cache").rglob("*")] == ["hub", "models--a--b", "refs", "main"]


def test_a_tokeniser_of_sentencepiece_becomes_a_fast_one(roberta, get, encoders):
    from transformers.convert_slow_tokenizer import import_protobuf

    model = import_protobuf().ModelProto()
    pieces = [("[PAD]", 0, 3), ("[CLS]", 0, 3), ("[SEP]", 0, 3), ("[UNK]", 0, 2), ("▁what", -2, 1)]
    pieces += [("▁", -3, 1), ("▁day", -2, 1), *((letter, -9, 1) for letter in "whatdy")]
    for piece, score, kind in pieces:
        model.pieces.add(piece=piece, score=score, type=kind)
    model.trainer_spec.unk_id, model.trainer_spec.model_type = 3, 1
    roberta.files["spm.model"] = model.SerializeToString()
    roberta.files["tokenizer_config.json"] = b'{"do_lower_case": true, "vocab_type": "spm"}'
    del roberta.files["tokenizer.json"]
    settings = {key: value for key, value in ENCODERS["deberta"].to_dict().items() if key != "pad_token_id"}
    tokenizer = load_tokenizer(tokenizer_files(get()), settings, 40, "x")
    # the best pieces, framed; what has none is [UNK]
    assert tokenizer("WHAT  day é")["input_ids"] == [1, 4, 6, 5, 3, 2]
    assert tokenizer("what [SEP]")["input_ids"][-2:] == [2, 2]
    model.normalizer_spec.precompiled_charsmap = b"\xff\xff\xff\xff00"
    for broken, told in (
        (model.SerializeToString(), "precompiled_charsmap says 4294967295 bytes, and has 6"),
        (b"no protobuf", r"spm\.model: not a tokeniser of that form that can be read"),
    ):
        checksums.CHECKSUMS.unlink(missing_ok=True)
        roberta.files["spm.model"] = broken
        with pytest.raises(SarangiError, match=told):
            get()


@pytest.mark.parametrize(
    ("settings", "tokens"), [("{}", [2, 5, 6, 3]), ('{"keep_accents": false}', [2, 5, 3])]
)
def test_a_tokeniser_of_albert_keeps_the_vowel_signs_of_hindi(tmp_path, settings, tokens):
    from transformers.convert_slow_tokenizer import import_protobuf

    model = import_protobuf().ModelProto()
    pieces = [("<pad>", 0, 3), ("<unk>", 0, 2), ("[CLS]", 0, 3), ("[SEP]", 0, 3), ("[MASK]", 0, 3)]
    for piece, score, kind in (*pieces, ("▁क", -2, 1), ("ि", -3, 1), ("▁", -4, 1)):
        model.pieces.add(piece=piece, score=score, type=kind)
    model.trainer_spec.unk_id, model.trainer_spec.model_type = 1, 1
    (tmp_path / "spiece.model").write_bytes(model.SerializeToString())
    (tmp_path / "tokenizer_config.json").write_text(settings)
    made = tmp_path / "tokenizer.json"
    fast_tokenizer({"spiece.model": tmp_path / "spiece.model"}, tmp_path / "tokenizer_config.json", made)
    config = {"model_type": "albert", "vocab_size": 8}
    assert load_tokenizer(tokenizer_files(tmp_path), config, 40, "x")("कि")["input_ids"] == tokens


def test_a_real_vocabulary_gives_the_tokens_of_its_published_tokenizer_json(tmp_path):
    place = os.environ.get("SARANGI_REAL_WEIGHTS")
    if not place:
        pytest.skip("SARANGI_REAL_WEIGHTS names no folder with minilm_l6")
    folder = Path(place) / "minilm_l6"
    fast_tokenizer(
        {"vocab.txt": folder / "vocab.txt"}, folder / "tokenizer_config.json", tmp_path / "tokenizer.json"
    )
    made, published = (Tokenizer.from_file(str(path / "tokenizer.json")) for path in (tmp_path, folder))
    published.no_truncation()
    published.no_padding()
    for text in ("What a LOVELY day, été!", "آج بہت اچھا دن ہے", "unbelievably 3.5%", ""):
        assert made.encode(text).ids == published.encode(text).ids
