"""GE2E: its spectrogram, its windows, its arithmetic, and weights that are none."""

import numpy as np
import pytest
import torch

from sarangi.base.errors import SarangiError
from sarangi.speakers.encoders import ge2e

RATE = 16_000


def weights(path, **changed):
    """Write random weights in the form of Resemblyzer's file."""
    torch.manual_seed(1)
    state = ge2e.Network().state_dict() | {
        "similarity_weight": torch.ones(1),
        "similarity_bias": torch.ones(1),
    }
    torch.save({"step": 1, "model_state": state | changed, "optimizer_state": {}}, path)
    return path


def voice(seconds, seed=0):
    draw = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    return (0.1 * np.sin(2 * np.pi * 140 * time) + 0.02 * draw.normal(size=len(time))).astype(np.float32)


def by_hand(state, mel):
    """The network's last state and its embedding of one window, by the equations of the LSTM alone."""

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    inputs = mel.astype(np.float64)
    for layer in range(3):
        named = {
            k: state[f"lstm.{k}_l{layer}"].double().numpy()
            for k in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        }
        hidden, cell, outputs = np.zeros(256), np.zeros(256), []
        for frame in inputs:
            gates = (
                named["weight_ih"] @ frame + named["bias_ih"] + named["weight_hh"] @ hidden + named["bias_hh"]
            )
            i, f, g, o = np.split(gates, 4)
            cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
            hidden = sigmoid(o) * np.tanh(cell)
            outputs.append(hidden)
        inputs = np.array(outputs)
    raw = np.maximum(
        state["linear.weight"].double().numpy() @ hidden + state["linear.bias"].double().numpy(), 0
    )
    return raw / np.linalg.norm(raw)


def test_an_embedding_is_the_mean_over_windows_by_the_equations(tmp_path):
    encoder, signal = ge2e.encoder(weights(tmp_path / "w.pt")), voice(3)
    found, problem = encoder.embed(signal)
    assert problem is None
    louder = signal * max(1, 10 ** (-30 / 20) / np.sqrt(np.mean(signal.astype(float) ** 2)))
    state = encoder.network.state_dict()
    # windows at 0, 0.77 and 1.54 s, the last of which lacks 0.14 s
    whole = spectrogram(np.concatenate([louder, np.zeros((154 + 160) * 160 - len(louder))]))
    mean = sum(by_hand(state, whole[a : a + 160]) for a in (0, 77, 154))
    assert np.allclose(found, mean / np.linalg.norm(mean), atol=1e-5)
    assert found.shape == (256,) and found.dtype == np.float32


def spectrogram(signal):
    """Power in Slaney's 40 mel bands, by NumPy, from the definition."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(signal.astype(np.float64), 200), 400)[::160]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    # linear up to 1 kHz at 3/200 mel a Hz, then 27 mel for each factor of 6.4
    top = 15 + 27 * np.log(8) / np.log(6.4)
    mels = np.linspace(0, top, 42)
    edges = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))
    bins = np.arange(201) * RATE / 400
    rise = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    bank = np.maximum(0, np.minimum(rise, fall)) * 2 / (edges[2:] - edges[:-2])[:, None]
    return power @ bank.T


def test_the_spectrogram_is_that_of_the_definition():
    signal = voice(2)
    expected = spectrogram(signal)
    found = ge2e.mel_spectrogram(signal)[: len(expected)]
    assert np.abs(found[:-2] - expected[: len(found) - 2]).max() < 1e-6 * expected.max()


@pytest.mark.parametrize(
    ("seconds", "starts"),
    [(0.1, [0]), (1.6, [0]), (1.96, [0]), (1.98, [0, 77]), (2.4, [0, 77]), (3.0, [0, 77, 154])],
)
def test_windows_cover_a_clip_and_the_last_has_three_quarters_of_sound(seconds, starts):
    assert ge2e.starts(round(seconds * RATE)) == starts


def test_silence_around_a_clip_and_its_level_below_a_floor_change_nothing(tmp_path):
    encoder, signal = ge2e.encoder(weights(tmp_path / "w.pt")), voice(2)
    found, _ = encoder.embed(signal)
    around = np.concatenate([np.zeros(RATE, np.float32), signal, np.zeros(2 * RATE, np.float32)])
    assert np.allclose(encoder.embed(around)[0], found, atol=1e-6)
    assert np.allclose(
        encoder.embed(signal * np.float32(0.01))[0], encoder.embed(signal * np.float32(0.02))[0], atol=1e-5
    )


@pytest.mark.parametrize("samples", [0, 100, RATE])
def test_a_clip_without_sound_says_so(tmp_path, samples):
    encoder = ge2e.encoder(weights(tmp_path / "w.pt"))
    assert encoder.embed(np.zeros(samples, np.float32)) == (None, "no sound to tell a voice from")


def test_a_clip_of_a_few_samples_has_an_embedding_of_length_one(tmp_path):
    found, problem = ge2e.encoder(weights(tmp_path / "w.pt")).embed(voice(0.005))
    assert problem is None and abs(np.linalg.norm(found) - 1) < 1e-6


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"linear.bias": torch.zeros(255)}, "its tensors are not those of GE2E"),
        ({"lstm.more": torch.zeros(1)}, "its tensors are not those of GE2E"),
        ({"linear.bias": torch.full((256,), torch.nan)}, "not numbers"),
    ],
)
def test_weights_of_another_network_are_refused(tmp_path, changed, message):
    with pytest.raises(SarangiError, match=message):
        ge2e.encoder(weights(tmp_path / "w.pt", **changed))


class Runs:
    """What a pickle would run when it is opened."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return open, (str(self.file), "w")


def test_nothing_in_a_file_of_weights_runs(tmp_path):
    torch.save({"model_state": Runs(tmp_path / "ran")}, tmp_path / "w.pt")
    with pytest.raises(SarangiError, match="nothing in it was run"):
        ge2e.encoder(tmp_path / "w.pt")
    assert not (tmp_path / "ran").exists()
    torch.save([1], tmp_path / "w.pt")
    with pytest.raises(SarangiError, match="no model_state"):
        ge2e.encoder(tmp_path / "w.pt")
