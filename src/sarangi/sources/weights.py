"""Pretrained Whispers, fetched by name."""

from pathlib import Path

from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.sources.https import fetch


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
