"""The demo's small pretrained networks: they load, they are whole, and they fit what the demo speaks."""

import json
import re
import sys

import numpy as np
import pytest
import torch
import yaml
from support.places import ROOT
from support.recordings import sound
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

from sarangi.audio.flac import decode, encode
from sarangi.audio.resampling import to_mono_16k
from sarangi.models.encoders import load_encoder
from sarangi.models.pooling import masked_mean
from sarangi.models.speech_states import speech_states
from sarangi.synthetic.corpus import layout

WEIGHTS = ROOT / "demo/weights"
LARGEST_MB = 5.5  # these four; the demo's weights together have 8


@pytest.fixture(scope="module")
def texts():
    """What the demo says, by language."""
    found = {}
    for corpus, entry in yaml.safe_load((ROOT / "demo/config.yaml").read_text())["corpora"].items():
        for clip in layout(corpus).clips(**entry["source"]["synthetic"]):
            found.setdefault(clip.language, set()).add(clip.text)
    return found


@pytest.mark.parametrize("family", ["wav2vec2", "hubert", "wavlm"])
def test_the_encoder_loads_by_both_ways_and_hears_a_clip_alike(family):
    folder = WEIGHTS / f"tiny_{family}"
    ours = load_encoder(folder).eval()
    theirs = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    assert {parameter.dtype for parameter in ours.parameters()} == {torch.float32}
    assert json.loads((folder / "preprocessor_config.json").read_text())["do_normalize"] is True
    signal = torch.from_numpy(decode(encode(to_mono_16k(sound(1.5))[0])))
    signal = (signal - signal.mean()) / signal.std()
    with torch.no_grad():
        expected = theirs(signal[None]).last_hidden_state.mean(1)
        assert torch.allclose(masked_mean(*speech_states(ours, [signal])), expected, atol=1e-5)
    # what is written must be what the script beside it makes
    sys.path.insert(0, str(WEIGHTS))
    try:
        from train_speech_encoder import FIELD, SPEECH, STRIDE, UNSEEN, configuration
    finally:
        sys.path.remove(str(WEIGHTS))
    made = configuration(family)
    assert made.model_type == ours.config.model_type
    for key in made.to_diff_dict():
        if key not in ("architectures", "transformers_version", "dtype"):
            assert np.array_equal(getattr(made, key), getattr(ours.config, key)), key
    field, stride = 1, 1
    for kernel, step in zip(made.conv_kernel, made.conv_stride, strict=True):
        field, stride = field + (kernel - 1) * stride, stride * step
    assert (field, stride) == (FIELD, STRIDE)
    # nothing that the demo speaks was heard before
    demo = yaml.safe_load((ROOT / "demo/config.yaml").read_text())["corpora"].values()
    assert not {e["source"]["synthetic"]["seed"] for e in demo} & {s["seed"] for _, s in (*SPEECH, *UNSEEN)}


def test_the_tokeniser_gives_every_sentence_of_the_demo_back(texts):
    tokens = AutoTokenizer.from_pretrained(WEIGHTS / "tiny_roberta", local_files_only=True)
    assert set(texts) == {"en", "fa", "pa", "sd", "ur"}
    for text in sorted(set().union(*texts.values())):
        ids = tokens(text)["input_ids"]
        assert tokens.decode(ids, skip_special_tokens=True) == text
        assert (ids[0], ids[-1]) == (tokens.bos_token_id, tokens.eos_token_id)
        assert tokens.unk_token_id not in ids
        # in pieces of words, not in bytes
        assert len(ids) < 5 * len(text.split()) + 2
    assert (tokens.mask_token, tokens.pad_token) == ("<mask>", "<pad>")


def test_the_text_encoder_loads_and_fills_in_a_masked_word(texts):
    folder = WEIGHTS / "tiny_roberta"
    tokens = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    encoder = AutoModel.from_pretrained(folder, local_files_only=True, add_pooling_layer=False).eval()
    model = AutoModelForMaskedLM.from_pretrained(folder, local_files_only=True).eval()
    assert {parameter.dtype for parameter in encoder.parameters()} == {torch.float32}
    found = tokens(sorted(texts["ur"]), padding=True, return_tensors="pt")
    with torch.no_grad():
        alone = encoder(**tokens(sorted(texts["ur"])[0], return_tensors="pt")).last_hidden_state[0]
        together = encoder(**found).last_hidden_state[0, : len(alone)]
        assert torch.allclose(alone, together, atol=1e-5)
        right = []
        for text in sorted(texts["en"] | texts["ur"]):
            ids = tokens(text, return_tensors="pt")["input_ids"]
            place = ids.shape[1] // 2
            wanted = ids[0, place].item()
            ids[0, place] = tokens.mask_token_id
            right.append(model(input_ids=ids).logits[0, place].argmax().item() == wanted)
    assert sum(right) > len(right) / 2


def test_together_they_are_small_and_their_page_gives_their_sizes():
    page = (WEIGHTS / "README.md").read_text()
    names = ("tiny_wav2vec2", "tiny_hubert", "tiny_wavlm", "tiny_roberta")
    files = [p for name in names for p in sorted((WEIGHTS / name).iterdir())]
    assert sum(path.stat().st_size for path in files) < LARGEST_MB * 1e6
    for name in names:
        size = (WEIGHTS / name / "model.safetensors").stat().st_size
        stated = re.search(rf"`{name}`.*?([0-9.]+) MB", page, re.DOTALL)
        assert float(stated[1]) == pytest.approx(size / 1e6, abs=0.06)
