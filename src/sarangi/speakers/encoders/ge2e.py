"""GE2E: a recurrent network trained for speaker verification, with the weights of Resemblyzer.

Wan, L., Wang, Q., Papir, A., and Lopez Moreno, I. (2018).  Generalized end-to-end loss for speaker
verification.  ICASSP, 4879-4883.  Three layers of LSTM take the mel spectrogram of a window of 1.6 s; the
last state of the uppermost, through a linear layer and a ReLU, divided by its length, is the embedding of
the window.  That of a clip is the mean over windows, divided by its length.

Resemblyzer (Apache-2.0) cuts silence out by WebRTC's voice detector first, which needs a compiler; here a
clip loses the silence at its beginning and end, by level, and keeps that within.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers.audio_utils import mel_filter_bank

from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.sources.checkpoints import checkpoint_in

BANDS, HIDDEN, LAYERS, WIDTH = 40, 256, 3, 256
WINDOW, HOP = SAMPLE_RATE * 25 // 1000, SAMPLE_RATE * 10 // 1000  # samples of a frame, and between two
FRAMES, STEP = 160, 77  # of a window of 1.6 s, and between two: 1.3 windows a second
COVERED = 0.75  # of the last window, which has silence behind the clip; one that has less sound is left out
LEVEL = 10 ** (-30 / 20)  # root mean square of quiet clips, once louder: -30 dB of full scale
SILENCE = 10 ** (-40 / 20)  # of the loudest frame, below which a clip has not begun
EXPECTED = "pretrained.pt of Resemblyzer 0.1.4, out of its wheel"
OF_TRAINING = ("similarity_weight", "similarity_bias")  # of the loss


class Network(nn.Module):
    """The network; from mel spectrograms (windows, frames, 40) to embeddings (windows, 256) of length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(BANDS, HIDDEN, LAYERS, batch_first=True)
        self.linear = nn.Linear(HIDDEN, WIDTH)

    def forward(self, mels: Tensor) -> Tensor:
        """Return the embedding of each window."""
        _, (states, _) = self.lstm(mels)
        return nn.functional.normalize(self.linear(states[-1]).relu())


class GE2E:
    """The encoder with its weights.

    Parameters
    ----------
    weights
        A checkpoint of torch: ``pretrained.pt`` of Resemblyzer, read as tensors alone.

    Raises
    ------
    SarangiError
        If it is none, or its tensors are not those of the network.
    """

    width = WIDTH

    def __init__(self, weights: Path) -> None:
        found = checkpoint_in(weights)
        state = found.get("model_state") if isinstance(found, dict) else None
        if not isinstance(state, dict):
            raise SarangiError(f"{weights}: no model_state in it; expected {EXPECTED}")
        self.network = Network().eval()
        try:
            self.network.load_state_dict({name: t for name, t in state.items() if name not in OF_TRAINING})
        except (RuntimeError, AttributeError, TypeError) as error:
            raise SarangiError(
                f"{weights}: its tensors are not those of GE2E ({' '.join(str(error).split())[:300]}); "
                f"expected {EXPECTED}"
            ) from error
        if not all(tensor.isfinite().all() for tensor in self.network.state_dict().values()):
            raise SarangiError(f"{weights}: some weights are not numbers; get the file again")

    @torch.inference_mode()
    def embed(self, signal: np.ndarray) -> tuple[np.ndarray | None, str | None]:
        """Return the embedding of a clip, and why there is none: see :mod:`sarangi.speakers.registry`."""
        signal = trimmed(signal)
        level = float(np.sqrt(np.mean(np.square(signal, dtype=np.float64)))) if len(signal) else 0.0
        if level == 0:
            return None, "no sound to tell a voice from"
        mel = torch.from_numpy(mel_spectrogram(signal * np.float32(max(1.0, LEVEL / level))))
        embeddings: Tensor = self.network(torch.stack([mel[a : a + FRAMES] for a in starts(len(signal))]))
        mean = nn.functional.normalize(embeddings.mean(0), dim=0)
        if not mean.any():
            return None, "the network gives nothing but zeros"
        return mean.numpy(), None


def trimmed(signal: np.ndarray) -> np.ndarray:
    """Return a signal without the silence at its beginning and end: frames 40 dB below the loudest."""
    whole = len(signal) // HOP * HOP
    if not whole:
        return signal
    levels = np.sqrt(np.mean(np.square(signal[:whole].reshape(-1, HOP), dtype=np.float64), 1))
    loud = np.flatnonzero(levels > SILENCE * levels.max())
    return signal[loud[0] * HOP : (loud[-1] + 1) * HOP] if len(loud) else signal


def starts(samples: int) -> list[int]:
    """Return the first frame of each window of a clip; the first window always counts."""
    last = max(1, -(-(samples + 1) // HOP) - FRAMES + STEP + 1)
    found = list(range(0, last, STEP))
    covered = (samples - found[-1] * HOP) / (FRAMES * HOP)
    return found[:-1] if covered < COVERED and len(found) > 1 else found


def mel_spectrogram(signal: np.ndarray) -> np.ndarray:
    """Return the mel spectrogram of a clip and of the silence that its last window ends with.

    Power in 40 bands by Slaney's scale and areas, from frames of 25 ms by Hann's window, the clip continued
    by zeros, without a logarithm: what librosa computes by default.

    Parameters
    ----------
    signal : float32 array of shape (samples,)

    Returns
    -------
    float32 array of shape (frames, 40)
    """
    needed = (starts(len(signal))[-1] + FRAMES) * HOP
    padded = torch.from_numpy(np.pad(signal, (0, max(0, needed - len(signal)))))
    spectrum = torch.stft(
        padded, WINDOW, HOP, window=torch.hann_window(WINDOW), pad_mode="constant", return_complex=True
    )
    bands = mel_filter_bank(
        num_frequency_bins=WINDOW // 2 + 1,
        num_mel_filters=BANDS,
        min_frequency=0.0,
        max_frequency=SAMPLE_RATE / 2,
        sampling_rate=SAMPLE_RATE,
        norm="slaney",
        mel_scale="slaney",
    )
    power = spectrum.abs().square().numpy()
    return np.asarray(power.T @ bands.astype(np.float32))


def encoder(weights: Path) -> GE2E:
    """Return the encoder with its weights."""
    return GE2E(weights)
