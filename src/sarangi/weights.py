"""Pretrained weights as files: fetched at a revision, or random ones for the demo."""

import io
import json
import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file

from sarangi.configuration import HUB, nearest
from sarangi.download import fetch
from sarangi.errors import SarangiError


def encoder_weights(source: dict, output: dict[str, Path]) -> None:
    """Fetch an encoder from the hub at a revision and store its tensors as safetensors.

    Parameters
    ----------
    source
        ``hub`` (repository), ``revision`` (commit), ``file`` (of weights) and ``checksums`` of the
        files fetched.
    output
        Where to write each of the encoder's files, of :data:`sarangi.configuration.ENCODER_FILES`.

    Raises
    ------
    SarangiError
        If a file cannot be fetched or is not what its checksum says.
    """
    base = f"{HUB}/{source['hub']}/resolve/{source['revision']}"
    for name in sorted(set(output) - {"model.safetensors"}):
        fetch(f"{base}/{name}", output[name], source["checksums"].get(name))
    fetched = output["model.safetensors"].with_name(source["file"])
    fetch(f"{base}/{source['file']}", fetched, source["checksums"].get(source["file"]))
    if fetched.suffix == ".safetensors":
        fetched.replace(output["model.safetensors"])
        return
    # weights_only: a pickle from elsewhere may hold tensors, and nothing that runs
    state = torch.load(fetched, map_location="cpu", weights_only=True)
    # tied weights are one tensor under two names, which safetensors refuses
    save_file(
        {name: tensor.clone().contiguous() for name, tensor in state.items()}, output["model.safetensors"]
    )
    fetched.unlink()


def random_encoder(shape: dict, output: dict[str, Path]) -> None:
    """Write a small wav2vec 2.0 with random weights, untrained, for the demo and the tests.

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


def whisper_weights(name: str, output: Path, part: Path) -> None:
    """Fetch a checkpoint of Whisper by the name openai-whisper has for it.

    Parameters
    ----------
    name
        Such as ``small``.
    output
        File to write.
    part
        Where to keep what has arrived over a break.

    Raises
    ------
    SarangiError
        If there is no such name, or the checkpoint cannot be fetched or is not what its checksum says.
    """
    import whisper

    if name not in whisper._MODELS:
        raise SarangiError(f"Whisper has no checkpoint {name!r}; {nearest(name, list(whisper._MODELS))}")
    address = whisper._MODELS[name]
    # the package states the checksum as the folder of the address
    fetch(address, output, f"sha256:{address.split('/')[-2]}", part=part)


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
    from whisper.tokenizer import get_tokenizer

    torch.manual_seed(shape["seed"])
    dims = whisper.ModelDimensions(
        n_mels=80,
        n_audio_ctx=1500,
        n_audio_state=shape["width"],
        n_audio_head=shape["heads"],
        n_audio_layer=shape["layers"],
        n_vocab=get_tokenizer(multilingual=True).encoding.n_vocab,
        n_text_ctx=448,
        n_text_state=shape["width"],
        n_text_head=shape["heads"],
        n_text_layer=shape["layers"],
    )
    model = whisper.model.Whisper(dims)
    # at torch's own scale the tied output would be certain of one token
    torch.nn.init.normal_(model.decoder.token_embedding.weight, std=0.02)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.02)
    # through a buffer: written to a path, the archive would hold the path's name
    content = io.BytesIO()
    torch.save({"dims": dims.__dict__, "model_state_dict": model.state_dict()}, content)
    output.write_bytes(content.getvalue())
