"""Pretrained encoders of speech and of text; neither padding nor batch size changes what they give."""

import copy
import json
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoConfig, AutoModel, PreTrainedModel, PreTrainedTokenizerFast

from sarangi.base.documents import DocumentError, json_in, json_of, text_in
from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE

FAMILIES = {
    "audio": ("wav2vec2", "hubert", "wavlm"),
    "text": ("roberta", "xlm-roberta", "deberta-v2", "bert"),
}
"""The model types that each branch of a network takes."""

# WavLM's own mixture of a mask and a position bias
warnings.filterwarnings("ignore", "Support for mismatched key_padding_mask and attn_mask")
# by itself a GPU rounds what it convolves in whole precision about as in half (TF32)
torch.backends.cudnn.allow_tf32 = False

ALL = "all"
LARGEST_NUMBER, MOST_LAYERS = 2**24, 200  # in the settings of an encoder
SPARE_PARAMETERS = 2**23  # those that may be missing from the weights (OPTIONAL)
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")
SPECIAL_TOKENS = {
    "roberta": {"sep_token": "</s>", "pad_token": "<pad>"},
    "xlm-roberta": {"sep_token": "</s>", "pad_token": "<pad>"},
    "deberta-v2": {"sep_token": "[SEP]", "pad_token": "[PAD]"},
    "bert": {"sep_token": "[SEP]", "pad_token": "[PAD]"},
}
"""Those of each family, where a tokeniser's own configuration does not state them."""
OPTIONAL = ("masked_spec_embed", "pooler.")  # of heads, and of SpecAugment, which draws its own


def device() -> str:
    """Return where networks run: the GPU if there is one."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def load_encoder(folder: Path, branch: str = "audio") -> PreTrainedModel:
    """Load an encoder from a folder with ``config.json`` and ``model.safetensors``.

    Parameters
    ----------
    folder
        With weights in float16 or float32; they become float32.
    branch
        ``audio`` for an encoder of speech, ``text`` for one of text, of :data:`FAMILIES`.

    Raises
    ------
    SarangiError
        If the folder holds no encoder of the branch, or its weights do not fit its configuration.
    """
    try:
        settings = settings_in(folder / "config.json")
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except SarangiError:
        raise
    except Exception as error:  # whatever transformers stumbles over in somebody's settings
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise SarangiError(f"{folder}: config.json describes no encoder that is known: {reason}") from error
    _refuse_other_branch(config.model_type, branch, folder)
    try:
        refuse_larger(
            lambda: AutoModel.from_config(config, **_without_pooler(config.model_type)),
            (settings,),
            folder / "model.safetensors",
        )
        model, found = AutoModel.from_pretrained(
            folder,
            config=config,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
            **_without_pooler(config.model_type),
        )
    except Exception as error:  # and in weights that do not go with them
        reason = f"{type(error).__name__}: {error}"
        raise SarangiError(f"{folder}: model.safetensors does not fit config.json: {reason}") from error
    missing = sorted(name for name in found["missing_keys"] if not name.startswith(OPTIONAL))
    if missing:
        raise SarangiError(f"{folder}: the weights lack {len(missing)} tensors, first {missing[0]}")
    return model


def settings_in(file: Path) -> dict[str, Any]:
    """Return the settings that a JSON file beside an encoder's weights holds.

    Raises
    ------
    SarangiError
        If it holds something else.
    """
    try:
        found = json_in(file)
        if not isinstance(found, dict):
            raise DocumentError(f"it is {type(found).__name__}")
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{file}: expected settings as a JSON object ({error}); get it again") from error
    return found


def refuse_larger(build: Callable[[], nn.Module], settings: Iterable[Mapping], weights: Path) -> None:
    """Refuse a network that has more parameters than its file of weights has bytes, before there is one.

    Parameters
    ----------
    build
        Makes the network; it is called where tensors have shapes and no memory.
    settings
        What it is made from; numbers in it that no encoder has are refused first.
    weights
        File of the weights.

    Raises
    ------
    ValueError
        Says which number is too large, or how many parameters there would be.
    OSError
        If there is no such file.
    """
    waiting: list[tuple[str, Any]] = [("settings", entry) for entry in settings]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(str(key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(name, inner) for inner in value]
        most = MOST_LAYERS if "layers" in name else LARGEST_NUMBER
        if isinstance(value, int) and abs(value) > most:
            raise ValueError(f"{name} is {value}, and no encoder has more than {most}")
    size = weights.stat().st_size
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in build().parameters())
    if count > size + SPARE_PARAMETERS:
        raise ValueError(f"it would have {count} parameters, and {weights.name} has {size} bytes")


def build_encoder(settings: Mapping[str, Any]) -> PreTrainedModel:
    """Return an encoder of the shape that a ``config.json`` describes, with random weights."""
    settings = dict(settings)
    family = settings.pop("model_type")
    return AutoModel.from_config(
        AutoConfig.for_model(family, **settings), dtype=torch.float32, **_without_pooler(family)
    )


def _without_pooler(family: str) -> dict[str, bool]:
    return {"add_pooling_layer": False} if family in ("roberta", "xlm-roberta", "bert") else {}


def _refuse_other_branch(family: str, branch: str, folder: Path) -> None:
    if family in FAMILIES[branch]:
        return
    kinds = {"audio": "a speech encoder", "text": "a text encoder"}
    found = next((f", {kinds[other]}" for other, known in FAMILIES.items() if family in known), "")
    raise SarangiError(
        f"{folder}/config.json: model_type is {family}{found}; the branch {branch!r} takes {kinds[branch]}, "
        f"one of {', '.join(FAMILIES[branch])}"
    )


def normalises(folder: Path) -> bool:
    """Whether a speech encoder takes signals of zero mean and unit variance.

    Raises
    ------
    SarangiError
        If its ``preprocessor_config.json`` is of another sample rate or of more than one channel.
    """
    file = folder / "preprocessor_config.json"
    settings = settings_in(file)
    for key, expected in (("sampling_rate", SAMPLE_RATE), ("feature_size", 1)):
        if settings.get(key, expected) != expected:
            raise SarangiError(
                f"{file}: {key} is {settings[key]}, and the audio is mono at {SAMPLE_RATE} Hz; "
                "this encoder cannot be used on it"
            )
    return settings.get("do_normalize", True)


def tokenizer_files(folder: Path) -> dict[str, str]:
    """Return the contents of what a tokeniser is loaded from, by name; one of the two is optional."""
    found = [folder / name for name in TOKENIZER_FILES if (folder / name).exists()]
    try:
        return {file.name: text_in(file) for file in found}
    except (OSError, DocumentError) as error:
        raise SarangiError(
            f"{folder}: its tokenizer files cannot be read ({error}); get them again"
        ) from error


def load_tokenizer(
    files: Mapping[str, str], encoder: Mapping[str, Any], tokens: int, name: str
) -> PreTrainedTokenizerFast:
    """Load the tokeniser of a text encoder; it cuts long texts at their beginning.

    Parameters
    ----------
    files
        From :func:`tokenizer_files`.
    encoder
        The encoder's ``config.json``.
    tokens
        Tokens of an utterance at most.
    name
        Of the encoder, for messages.

    Raises
    ------
    SarangiError
        If there is no tokeniser, it does not go with the encoder, or the encoder takes fewer tokens.
    """
    if "tokenizer.json" not in files:
        raise SarangiError(f"encoder {name}: no tokenizer.json; put the tokeniser beside the weights")
    try:
        own = json_of(files.get("tokenizer_config.json", "{}"))
        whole = json_of(files["tokenizer.json"])
        if not isinstance(own, dict) or not isinstance(whole, dict):
            raise DocumentError("one of them is no object")
    except DocumentError as error:
        raise SarangiError(f"encoder {name}: its tokenizer files are no settings: {error}") from error
    settings = SPECIAL_TOKENS[encoder["model_type"]] | own
    # the classes of the families, and so AutoTokenizer, build their own and take only parts of the file
    settings |= {"tokenizer_class": "PreTrainedTokenizerFast", "truncation_side": "left"}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tokenizer.json").write_text(files["tokenizer.json"], encoding="utf-8")
        (Path(folder) / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
        try:
            tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
            tokenizer("a")  # settings of another kind are found in use alone
        except Exception as error:  # the tokenizers of Rust raise nothing more special
            raise SarangiError(
                f"encoder {name}: tokenizer.json describes no tokeniser ({type(error).__name__}: {error}); "
                "get it again"
            ) from error
    size, largest = encoder["vocab_size"], max(tokenizer.get_vocab().values(), default=-1)
    if largest >= size:
        raise SarangiError(
            f"encoder {name}: the tokeniser knows {largest + 1} tokens, and the encoder {size}; "
            "take both from one place"
        )
    if tokenizer.sep_token is None or tokenizer.pad_token_id != encoder.get("pad_token_id"):
        raise SarangiError(
            f"encoder {name}: the tokeniser separates with {tokenizer.sep_token!r} and pads with "
            f"{tokenizer.pad_token_id}, and the encoder expects a separator and padding with "
            f"{encoder.get('pad_token_id')}; take both from one place"
        )
    most = encoder["max_position_embeddings"]
    if encoder["model_type"] in ("roberta", "xlm-roberta"):
        most -= encoder["pad_token_id"] + 1  # their positions count from behind the padding's
    if tokens > most:
        raise SarangiError(
            f"encoder {name}: max_tokens is {tokens}, but the encoder takes {most}; choose fewer"
        )
    return tokenizer


def layers_of(model: PreTrainedModel) -> nn.ModuleList:
    """Return the layers of the transformer, the lowest first."""
    return model.encoder.layers if hasattr(model.encoder, "layers") else model.encoder.layer


def freeze(model: PreTrainedModel, layers: int | str, prefix: bool = False) -> None:
    """Keep the lowest ``layers`` of the transformer from learning, and what lies below them.

    Of speech that is the convolutional feature extractor, which never learns; of text the embeddings, which
    learn where no layer is frozen.  ``all`` keeps the whole encoder from learning, ``prefix`` (of speech)
    also what lies between the convolutions and the frozen layers.

    Raises
    ------
    SarangiError
        If the transformer has fewer layers.
    """
    own = layers_of(model)
    if layers == ALL:
        model.requires_grad_(False)
        return
    if layers > len(own):
        raise SarangiError(f"frozen_layers is {layers}, but the encoder has {len(own)}; choose fewer")
    frozen = list(own[:layers])
    if hasattr(model, "feature_extractor"):
        frozen.append(model.feature_extractor)
    elif layers:
        frozen.append(model.embeddings)
    if prefix:
        frozen += [model.feature_projection, model.encoder.pos_conv_embed]
        if not _norm_is_last(model):
            frozen.append(model.encoder.layer_norm)
        if hasattr(own[0].attention, "rel_attn_embed"):
            frozen.append(own[0].attention.rel_attn_embed)
    for part in frozen:
        part.requires_grad_(False)


def _norm_is_last(model: PreTrainedModel) -> bool:
    """Whether the transformer's own norm stands above its layers, and not below them."""
    return model.config.do_stable_layer_norm


class _NoPositions(nn.Module):
    """Adds nothing in place of the positional convolution, which the states have behind them."""

    def forward(self, hidden: Tensor) -> Tensor:
        """Return one zero."""
        return hidden.new_zeros(())


def _part_of_transformer(model: PreTrainedModel, layers: int, lower: bool) -> nn.Module:
    """Return a speech encoder's transformer with its lowest layers alone, or with the others alone.

    It shares all parameters with the encoder.  What stands below the layers goes with the lower part, a norm
    above them with the upper.
    """
    whole = model.encoder
    part = _twin(whole)
    norm_is_last = _norm_is_last(model)
    chosen = list(whole.layers[:layers] if lower else whole.layers[layers:])
    if not lower:
        part.pos_conv_embed, part.dropout = _NoPositions(), nn.Identity()
        if not norm_is_last:
            part.layer_norm = nn.Identity()
        if chosen and hasattr(whole.layers[0].attention, "rel_attn_embed"):
            # WavLM's first layer makes the bias of positions for all
            chosen[0] = _twin(chosen[0])
            chosen[0].attention = _twin(chosen[0].attention)
            chosen[0].attention.rel_attn_embed = whole.layers[0].attention.rel_attn_embed
    elif norm_is_last:
        part.layer_norm = nn.Identity()
    part.layers = nn.ModuleList(chosen)
    return part


def _twin(module: nn.Module) -> nn.Module:
    """Return a module of the same parameters, whose own parts can be exchanged."""
    twin = copy.copy(module)
    twin._modules = dict(module._modules)
    return twin


def speech_states(
    model: PreTrainedModel, signals: Sequence[Tensor], every_layer: bool = False
) -> tuple[Tensor, Tensor]:
    """Return the states of each signal without a trace of padding, and a mask of what is padding.

    The convolutions run clip by clip: group normalisation over padded clips would make the result
    depend on the batch.  The transformer runs on all of them, masked.  In training stretches are masked
    where the model's configuration says so (SpecAugment, Park et al. 2019), and the batch does count.

    Parameters
    ----------
    model
        From :func:`load_encoder`.
    signals : list of float32 tensors of shape (samples,)
        At 16 kHz, each with zero mean and unit variance where the encoder asks for it.
    every_layer
        Whether to return what goes into each layer, too, and not the last state alone.

    Returns
    -------
    Tensor of shape (clips, frames, width), or (layers + 1, clips, frames, width) with ``every_layer``
    Tensor of bool of shape (clips, frames)
        True where there is a frame of the clip.
    """
    with torch.no_grad():
        frames = [model.feature_extractor(signal[None])[0].T for signal in signals]
    together, mask = padded(frames)
    hidden = _projected(model, together)
    if model.training and hidden.shape[1] >= model.config.mask_time_length:
        hidden = model._mask_hidden_states(hidden, attention_mask=mask)  # as the model's own forward does
    below: list[Tensor] = []
    hooks = [
        layer.register_forward_pre_hook(lambda _, arguments: below.append(arguments[0]))
        for layer in (layers_of(model) if every_layer else ())
    ]
    try:
        states = model.encoder(hidden, attention_mask=mask).last_hidden_state
    finally:
        for hook in hooks:
            hook.remove()
    return (torch.stack([*below, states]) if every_layer else states), mask


def padded(clips: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return clips of shape (frames, width) as one, (clips, frames, width), and a mask of what is there."""
    together = pad_sequence(list(clips), batch_first=True)
    lengths = torch.tensor([len(clip) for clip in clips], device=together.device)
    return together, torch.arange(together.shape[1], device=together.device)[None] < lengths[:, None]


def _projected(model: PreTrainedModel, frames: Tensor) -> Tensor:
    hidden = model.feature_projection(frames)
    return hidden[0] if isinstance(hidden, tuple) else hidden


class SplitEncoder:
    """A speech encoder in two: a prefix that never learns and draws nothing at random, and the rest.

    Both share all parameters with the encoder.  What the prefix gives for a clip is the same each time, and
    so can be kept: it is run clip by clip, without padding, dropout, LayerDrop or SpecAugment.

    Parameters
    ----------
    model
        From :func:`load_encoder`.
    layers
        Number of layers of the transformer in the prefix.

    Raises
    ------
    SarangiError
        If the transformer has fewer layers.
    """

    def __init__(self, model: PreTrainedModel, layers: int) -> None:
        freeze(model, layers, prefix=True)
        self.model = model
        self.lower = _part_of_transformer(model, layers, lower=True)
        self.upper = _part_of_transformer(model, layers, lower=False)

    def train(self, mode: bool) -> None:
        """Set the rest to training or evaluation; the prefix stays in evaluation."""
        self.upper.train(mode)
        for part in (self.model.feature_extractor, self.model.feature_projection, self.lower):
            part.eval()

    @torch.no_grad()
    def below(self, signal: Tensor) -> Tensor:
        """Return what the prefix gives for a clip.

        Parameters
        ----------
        signal : float32 tensor of shape (samples,)
            As for :func:`speech_states`.

        Returns
        -------
        Tensor of shape (frames, width)
        """
        hidden = _projected(self.model, self.model.feature_extractor(signal[None]).transpose(1, 2))
        everything = torch.ones(hidden.shape[:2], dtype=torch.bool, device=hidden.device)
        return self.lower(hidden, attention_mask=everything).last_hidden_state[0]

    def above(self, states: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return what :func:`speech_states` does, from what :meth:`below` gives for each clip."""
        together, mask = padded(states)
        return self.upper(together, attention_mask=mask).last_hidden_state, mask


def prepared(signal: np.ndarray, seconds: float, normalise: bool) -> Tensor:
    """Return a clip as an encoder hears it: cut at the centre, of zero mean and unit variance if it asks.

    Parameters
    ----------
    signal : array of float32 of shape (samples,)
        At 16 kHz.
    seconds
        Longest clip.
    normalise
        From :func:`normalises`.

    Returns
    -------
    Tensor of float32 of shape (samples,)
    """
    most = round(seconds * SAMPLE_RATE)
    start = max(0, (len(signal) - most) // 2)
    signal = signal[start : start + most]
    if normalise:
        signal = (signal - signal.mean()) / np.sqrt(signal.var() + 1e-7)
    return torch.from_numpy(signal)


def text_states(model: PreTrainedModel, tokens: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return the last states of each text, and a mask of what is padding.

    Parameters
    ----------
    model
        From :func:`load_encoder`.
    tokens : list of int64 tensors of shape (tokens,)
        From the encoder's tokeniser, with its special tokens.

    Returns
    -------
    Tensor of shape (texts, tokens, width)
    Tensor of bool of shape (texts, tokens)
        True where there is a token of the text.
    """
    lengths = torch.tensor([len(text) for text in tokens], device=tokens[0].device)
    together = pad_sequence(list(tokens), batch_first=True, padding_value=model.config.pad_token_id)
    mask = torch.arange(together.shape[1], device=lengths.device)[None] < lengths[:, None]
    return model(together, attention_mask=mask.long()).last_hidden_state, mask
