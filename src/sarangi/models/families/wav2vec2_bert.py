"""wav2vec2-BERT 2.0 (Barrault et al. 2023): a conformer on a spectrum of 80 mel bands."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torchaudio.compliance.kaldi import fbank
from transformers import PreTrainedModel

from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.family import Family, Spectrum

BANDS, TOGETHER = 80, 2
WINDOW, STEP = 400, 160  # samples at 16 kHz
NEEDED = WINDOW + (TOGETHER - 1) * STEP
FULL_SCALE = 2.0**15  # Kaldi's signals are whole numbers of 16 bits


class MelBands(nn.Module):
    """Log-mel bands of zero mean and unit variance over a clip, two frames of 10 ms as one.

    The same numbers as ``SeamlessM4TFeatureExtractor`` of transformers gives; an odd last frame counts in
    the mean and the variance and is left out, as there.
    """

    def forward(self, signals: Tensor) -> Tensor:
        """Return (1, 160, frames) from one signal of shape (1, samples) at 16 kHz.

        Raises
        ------
        RuntimeError
            If it has fewer than 560 samples, as the convolutions of other families do.
        """
        if signals.shape[-1] < NEEDED:
            raise RuntimeError(f"{signals.shape[-1]} samples give no frame, of which one takes {NEEDED}")
        return _pairs(_bands(signals)).T[None]

    def together(self, signals: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return (clips, 160, frames) and frames of each clip, from signals with zeros behind them.

        Parameters
        ----------
        signals : float32 tensor of shape (clips, samples)
        lengths : tensor of int of shape (clips,)
            Samples of each clip.
        """
        # one signal of all, in which each clip begins at a step; windows across two clips are left out
        signals = nn.functional.pad(signals, (0, -signals.shape[1] % STEP))
        steps = signals.shape[1] // STEP
        bands = _bands(signals.reshape(1, -1))
        counts = ((lengths - WINDOW) // STEP + 1).tolist()
        clips = [_pairs(bands[n * steps : n * steps + count]) for n, count in enumerate(counts)]
        frames = torch.tensor([len(clip) for clip in clips], device=signals.device)
        return pad_sequence(clips, batch_first=True).transpose(1, 2), frames


def _bands(signals: Tensor) -> Tensor:
    """Return log-mel bands of shape (frames, 80) from one signal of shape (1, samples)."""
    signals = signals * FULL_SCALE
    return fbank(
        signals if signals.device.type == "mps" else signals.double(),  # which has no such numbers
        num_mel_bins=BANDS,
        sample_frequency=SAMPLE_RATE,
        window_type="povey",
        low_freq=20,
        dither=0,
    )


def _pairs(bands: Tensor) -> Tensor:
    """Return (frames // 2, 160) from a clip's bands, normalised."""
    frames = (bands - bands.mean(0)) / (bands.var(0) + 1e-7).sqrt()
    return frames[: len(frames) // TOGETHER * TOGETHER].reshape(-1, TOGETHER * BANDS).to(torch.float32)


def add_bands(model: PreTrainedModel) -> None:
    """Give an encoder what makes its frames of a signal, where other families have convolutions."""
    model.feature_extractor = MelBands()


FAMILY = Family(
    "wav2vec2-bert",
    "audio",
    spectrum=Spectrum(
        windows=((WINDOW, STEP), (TOGETHER, TOGETHER)),
        preprocessor={"feature_size": BANDS, "num_mel_bins": BANDS, "stride": TOGETHER},
    ),
    complete=add_bands,
    attention=("linear_q", "linear_v"),
)
