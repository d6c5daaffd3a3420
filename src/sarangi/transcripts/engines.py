"""The engines of speech recognition, by the names of their packages."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sarangi.transcripts.ctranslate2_whisper import FasterWhisper
from sarangi.transcripts.openai_whisper import OpenAIWhisper
from sarangi.transcripts.tries import Engine

ENGINES: dict[str, Callable[[Path, Mapping[str, Any], int], Engine]] = {
    "openai-whisper": OpenAIWhisper,
    "faster-whisper": FasterWhisper,
}
