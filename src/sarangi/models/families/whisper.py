"""The encoder of Whisper (Radford et al. 2023), of any size, on the log-mel bands that its settings state.

A clip is given alone, without the silence up to 30 s that Whisper was trained with, and its positions are
counted from the first: what is behind a clip neither costs time nor counts.
"""

from functools import cache

import torch
from torch import Tensor, nn
from transformers import WhisperConfig, WhisperModel
from transformers.audio_utils import mel_filter_bank
from transformers.masking_utils import create_bidirectional_mask
from transformers.modeling_outputs import BaseModelOutput
from transformers.models.whisper.modeling_whisper import (
    WhisperEncoderLayer,
    WhisperPreTrainedModel,
    sinusoids,
)

from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.family import Family, Spectrum

WINDOW, STEP = 400, 160  # samples at 16 kHz
TOGETHER = 2  # steps that the convolutions make one frame of
FRAME = TOGETHER * STEP
FLOOR, RANGE = 1e-10, 8.0  # the least power, and powers of ten below the loudest that are kept


def log_mel(signal: Tensor, bands: int) -> Tensor:
    """Return the log-mel bands of clips as Whisper has them, without the silence behind them.

    Equal to ``WhisperFeatureExtractor`` of transformers on the clip and silence, whose frames are left out.

    Parameters
    ----------
    signal : float32 tensor of shape (samples,) or (clips, samples)
        At 16 kHz.
    bands
        80 or 128.

    Returns
    -------
    float32 tensor of shape (bands, samples // 320 * 2), or (clips, bands, …)
        One frame a 10 ms.
    """
    with torch.autocast(signal.device.type, enabled=False):
        # silence behind it, as what a window at the clip's end has in it
        signal = nn.functional.pad(signal.float(), (0, WINDOW))
        window = torch.hann_window(WINDOW, device=signal.device)
        spectrum = torch.stft(signal, WINDOW, STEP, window=window, return_complex=True)
        power = _filters(bands).to(signal.device) @ spectrum.abs().square()
        levels = power.clamp(min=FLOOR).log10()
        levels = levels.maximum(levels.amax((-2, -1), keepdim=True) - RANGE)
        return ((levels + 4) / 4)[..., : (signal.shape[-1] - WINDOW) // FRAME * TOGETHER]


@cache
def _filters(bands: int) -> Tensor:
    """Return the weights of the bands, of shape (bands, 201)."""
    weights = mel_filter_bank(
        num_frequency_bins=1 + WINDOW // 2,
        num_mel_filters=bands,
        min_frequency=0.0,
        max_frequency=SAMPLE_RATE / 2,
        sampling_rate=SAMPLE_RATE,
        norm="slaney",
        mel_scale="slaney",
    )
    return torch.from_numpy(weights.T).float()


class Convolutions(nn.Module):
    """Log-mel bands and Whisper's two convolutions over them; they learn nothing here, as in other families.

    In training stretches of the bands are masked where the settings say so (SpecAugment); published ones
    do not.
    """

    def __init__(self, config: WhisperConfig) -> None:
        super().__init__()
        self.config = config
        self.conv1 = nn.Conv1d(config.num_mel_bins, config.d_model, 3, padding=1)
        self.conv2 = nn.Conv1d(config.d_model, config.d_model, 3, stride=TOGETHER, padding=1)

    @property
    def draws(self) -> bool:
        """Whether the spectrum is masked at random in training, so that each epoch has other frames."""
        config = self.config
        return config.apply_spec_augment and (config.mask_time_prob > 0 or config.mask_feature_prob > 0)

    def forward(self, signals: Tensor) -> Tensor:
        """Return (clips, width, frames) from signals of one length, of shape (clips, samples) at 16 kHz."""
        mels = torch.stack([log_mel(signal, self.config.num_mel_bins) for signal in signals])
        if self.training and self.draws and mels.shape[-1] >= self.config.mask_time_length:
            mels = WhisperModel._mask_input_features(self, mels)
        return nn.functional.gelu(self.conv2(nn.functional.gelu(self.conv1(mels))))

    def together(self, signals: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Return (clips, width, frames) and frames of each clip, from signals with zeros behind them.

        Parameters
        ----------
        signals : float32 tensor of shape (clips, samples)
        lengths : tensor of int of shape (clips,)
            Samples of each clip.
        """
        frames = lengths // FRAME
        mels = log_mel(signals, self.config.num_mel_bins)
        behind = torch.arange(mels.shape[2], device=mels.device) >= TOGETHER * frames[:, None]
        # both convolutions pad with zeros, which a clip alone has behind it
        mels = mels.masked_fill(behind[:, None], 0.0)
        if self.training and self.draws and mels.shape[-1] >= self.config.mask_time_length:
            inside = (~behind).long()
            mels = WhisperModel._mask_input_features(self, mels, attention_mask=inside)
        hidden = nn.functional.gelu(self.conv1(mels)).masked_fill(behind[:, None], 0.0)
        return nn.functional.gelu(self.conv2(hidden)), frames


class Positions(nn.Module):
    """Adds the position of each frame, counted from the first of the clip; they do not learn."""

    positions: Tensor

    def __init__(self, config: WhisperConfig) -> None:
        super().__init__()
        self.register_buffer("positions", sinusoids(config.max_source_positions, config.d_model))

    def forward(self, frames: Tensor) -> Tensor:
        """Return (clips, frames, width)."""
        return (frames + self.positions[: frames.shape[1]]).contiguous()


class Transformer(nn.Module):
    """Whisper's layers, which attend to the frames of each clip alone, and the norm above them."""

    def __init__(self, config: WhisperConfig) -> None:
        super().__init__()
        self.config = config
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList([WhisperEncoderLayer(config) for _ in range(config.encoder_layers)])
        self.layer_norm = nn.LayerNorm(config.d_model)

    def forward(self, hidden: Tensor, attention_mask: Tensor | None = None) -> BaseModelOutput:
        """Return states of shape (clips, frames, width); the mask (clips, frames) is True at their frames."""
        mask = create_bidirectional_mask(self.config, hidden, attention_mask)
        hidden = self.dropout(hidden)
        for layer in self.layers:
            if not self.training or torch.rand([]) >= self.config.encoder_layerdrop:
                hidden = layer(hidden, mask)
        return BaseModelOutput(last_hidden_state=self.layer_norm(hidden))


class Whisper(WhisperPreTrainedModel):
    """Whisper's encoder in the parts that encoders of speech have here; its decoder is not read."""

    norm_is_last = True

    def __init__(self, config: WhisperConfig) -> None:
        super().__init__(config)
        self.feature_extractor = Convolutions(config)
        self.feature_projection = Positions(config)
        self.encoder = Transformer(config)
        self.post_init()

    def forward(self, signals: Tensor) -> BaseModelOutput:
        """Return states of shape (clips, frames, width) of signals of one length, (clips, samples)."""
        return self.encoder(self.feature_projection(self.feature_extractor(signals).transpose(1, 2)))

    def _mask_hidden_states(self, hidden: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        return hidden  # the bands are masked, before the convolutions


FAMILY = Family(
    "whisper",
    "audio",
    spectrum=Spectrum(
        windows=((FRAME, FRAME),),
        preprocessor={"hop_length": STEP, "n_fft": WINDOW},
        bands="num_mel_bins",
    ),
    longest="max_source_positions",
    network=Whisper,
    attention=("q_proj", "v_proj"),
    renamed={
        "encoder.conv1": "feature_extractor.conv1",
        "encoder.conv2": "feature_extractor.conv2",
        "encoder.embed_positions.weight": "feature_projection.positions",
    },
)
