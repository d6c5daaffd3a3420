"""Pretrained weights: an encoder fetched at a revision, a Whisper by its name."""

from pathlib import Path

from sarangi.base.documents import LARGEST, DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.sources.addresses import HUB
from sarangi.sources.checkpoints import as_safetensors
from sarangi.sources.https import fetch


def encoder_weights(source: dict, output: dict[str, Path]) -> None:
    """Fetch an encoder from the hub at a revision and store its tensors as safetensors.

    Parameters
    ----------
    source
        ``hub`` (repository), ``revision`` (commit), ``file`` (of weights) and ``checksums`` of the
        files fetched.
    output
        Where to write each of the encoder's files, of :data:`sarangi.base.weights_files.ENCODER_FILES`.

    Raises
    ------
    SarangiError
        If a file cannot be fetched or is not what its checksum says.
    """
    base = f"{HUB}/{source['hub']}/resolve/{source['revision']}"
    for name in sorted(set(output) - {"model.safetensors"}):
        fetch(f"{base}/{name}", output[name], source["checksums"].get(name), most=LARGEST)
        _refuse_no_json(output[name], f"{base}/{name}")
    fetched = output["model.safetensors"].with_name(source["file"])
    fetch(f"{base}/{source['file']}", fetched, source["checksums"].get(source["file"]))
    if fetched.suffix == ".safetensors":
        fetched.replace(output["model.safetensors"])
        return
    as_safetensors(fetched, output["model.safetensors"])
    fetched.unlink()


def _refuse_no_json(file: Path, address: str) -> None:
    """Refuse what came for a file of settings, which may have no checksum, and is no JSON (a web page)."""
    try:
        if file.suffix == ".json" and not isinstance(json_in(file), dict):
            raise DocumentError("it is no mapping")
    except DocumentError as error:
        file.unlink()
        raise SarangiError(
            f"{address}: expected settings as JSON, found something else ({error}); it was thrown away. Run "
            "the same command again"
        ) from error


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
