"""Small weights for the demo and the tests: random ones, and a Whisper packed in a small file."""

import io
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from sarangi.base.documents import json_of
from sarangi.base.errors import SarangiError

if TYPE_CHECKING:
    from whisper.model import ModelDimensions, Whisper

PACKED = "sarangi_whisper"  # key of the metadata of a packed Whisper
TOKENS = "tokens"
EMBEDDING, POSITIONS = "decoder.token_embedding.weight", "decoder.positional_embedding"
SINUSOIDS = "encoder.positional_embedding"  # computed, not learnt


def random_encoder(shape: dict, output: dict[str, Path]) -> None:
    """Write a small wav2vec 2.0 with random weights, untrained, for the tests.

    Parameters
    ----------
    shape
        ``hidden_size``, ``layers``, ``heads``, ``channels`` (of each convolution) and ``seed``.
    output
        Where to write each of the files of a speech encoder.
    """
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    torch.manual_seed(shape["seed"])
    config = Wav2Vec2Config(
        hidden_size=shape["hidden_size"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        intermediate_size=2 * shape["hidden_size"],
        conv_dim=(shape["channels"],) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        apply_spec_augment=False,
        architectures=["Wav2Vec2Model"],
    )
    model = Wav2Vec2Model(config)
    extractor = {
        "feature_extractor_type": "Wav2Vec2FeatureExtractor",
        "feature_size": 1,
        "sampling_rate": 16_000,
        "do_normalize": True,
        "padding_value": 0.0,
        "return_attention_mask": True,
    }
    with tempfile.TemporaryDirectory(dir=output["config.json"].parent) as folder:
        config.save_pretrained(folder)
        shutil.copyfile(Path(folder) / "config.json", output["config.json"])
    output["preprocessor_config.json"].write_text(json.dumps(extractor, indent=2, sort_keys=True) + "\n")
    save_file(
        {name: tensor.contiguous() for name, tensor in model.state_dict().items()},
        output["model.safetensors"],
    )


def random_whisper(shape: dict, output: Path) -> None:
    """Write a small Whisper checkpoint with random weights, untrained, for the demo and the tests.

    Parameters
    ----------
    shape
        ``width``, ``layers``, ``heads`` and ``seed``.
    output
        File of the form of OpenAI's checkpoints: ``dims`` and ``model_state_dict``.
    """
    import whisper

    torch.manual_seed(shape["seed"])
    dims = _whisper_dims(shape["width"], shape["layers"], shape["heads"])
    model = whisper.model.Whisper(dims)
    # at torch's own scale the tied output would be certain of one token
    torch.nn.init.normal_(model.decoder.token_embedding.weight, std=0.02)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.02)
    _whisper_checkpoint(dims.__dict__, model.state_dict(), output)


def pack_whisper(model: "Whisper", tokens: list[int], output: Path) -> None:
    """Write a small Whisper in a small file, half as precise and without what can be made again.

    Parameters
    ----------
    model
        Its vocabulary has ``len(tokens) + 1`` rows: those of ``tokens``, then one that stands for each of
        the other tokens of Whisper's.  Its decoder may have fewer positions than Whisper's.
    tokens
        Tokens of openai-whisper's multilingual vocabulary, in the order of the rows.
    output
        Safetensors file to write, float16; it holds the shape and the tokens too.
    """
    stored = {
        name: tensor.detach().to(torch.float16).contiguous()
        for name, tensor in model.state_dict().items()
        if name != SINUSOIDS
    }
    stored[TOKENS] = torch.tensor(tokens, dtype=torch.int32)
    shape = {
        "width": model.dims.n_audio_state,
        "heads": model.dims.n_audio_head,
        "layers": model.dims.n_audio_layer,
    }
    save_file(stored, output, {PACKED: json.dumps(shape, sort_keys=True)})


def unpacked_whisper(packed: Path, output: Path) -> None:
    """Write the Whisper checkpoint that a packed file holds.

    The tokens that the packed file does not name get copies of one row, so that none is likelier than
    another; positions of the decoder beyond those trained are zero.

    Parameters
    ----------
    packed
        File of :func:`pack_whisper`.
    output
        File of the form of OpenAI's checkpoints: ``dims`` and ``model_state_dict``.

    Raises
    ------
    SarangiError
        If the file is not there or is no packed Whisper.
    """
    import whisper

    try:
        with safe_open(packed, "pt") as file:
            shape = json_of((file.metadata() or {})[PACKED])
            _refuse_other_shape(shape, file)
            stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no dict)
        tokens = stored.pop(TOKENS).long()
        dims = _whisper_dims(shape["width"], shape["layers"], shape["heads"])
        state = {name: tensor.float() for name, tensor in stored.items()}
        rows, positions = state[EMBEDDING], state[POSITIONS]
        state[EMBEDDING] = rows[-1:].repeat(dims.n_vocab, 1)
        state[EMBEDDING][tokens] = rows[:-1]
        state[POSITIONS] = torch.nn.functional.pad(positions, (0, 0, 0, dims.n_text_ctx - len(positions)))
        model = whisper.model.Whisper(dims)
        state[SINUSOIDS] = model.encoder.positional_embedding
        model.load_state_dict(state)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
        found = (
            f"{type(error).__name__}: {' '.join(str(error).split())}" if packed.exists() else "no such file"
        )
        raise SarangiError(
            f"{packed}: found no packed Whisper ({found}); expected the safetensors file that "
            "sarangi.sources.small_weights.pack_whisper writes; restore it, or make it again with the script "
            "beside it"
        ) from error
    _whisper_checkpoint(dims.__dict__, model.state_dict(), output)


def _refuse_other_shape(shape: Any, file: Any) -> None:
    """Refuse a shape that the tensors of a packed file do not have, before a network of it is made."""
    if not isinstance(shape, dict) or any(
        type(shape[key]) is not int for key in ("width", "layers", "heads")
    ):
        raise ValueError(f"{shape!r} is no width, layers and heads")
    width, layers, heads = shape["width"], shape["layers"], shape["heads"]
    names = set(file.keys())
    for part in ("encoder", "decoder"):
        for layer in range(min(layers, len(names))):
            if (found := file.get_slice(f"{part}.blocks.{layer}.mlp.0.weight").get_shape()) != [
                4 * width,
                width,
            ]:
                raise ValueError(f"layer {layer} of the {part} has shape {found}")
    if not 0 < heads <= width or width % heads or not 0 < layers <= len(names):
        raise ValueError(f"{shape!r} is no shape of a network")
    if file.get_slice(EMBEDDING).get_shape()[1:] != [width]:
        raise ValueError("its embedding is of another width")


def _whisper_dims(width: int, layers: int, heads: int) -> "ModelDimensions":
    import whisper
    from whisper.tokenizer import get_tokenizer

    return whisper.ModelDimensions(
        n_mels=80,
        n_audio_ctx=1500,
        n_audio_state=width,
        n_audio_head=heads,
        n_audio_layer=layers,
        n_vocab=get_tokenizer(multilingual=True).encoding.n_vocab,
        n_text_ctx=448,
        n_text_state=width,
        n_text_head=heads,
        n_text_layer=layers,
    )


def _whisper_checkpoint(dims: dict, state: dict[str, torch.Tensor], output: Path) -> None:
    # through a buffer: written to a path, the archive would hold the path's name
    content = io.BytesIO()
    torch.save({"dims": dims, "model_state_dict": state}, content)
    output.write_bytes(content.getvalue())
