"""The packages of others that code imports, and their versions in the lock, whatever is installed."""

import re
from functools import cache

from sarangi.base.installation import home

LOCK = "requirements.lock"
DISTRIBUTIONS = {
    "google.protobuf": "protobuf",
    "iso639": "iso639-lang",
    "sklearn": "scikit-learn",
    "whisper": "openai-whisper",
    "yaml": "pyyaml",
}
"""The names of packages that are not those by which they are imported."""


def distribution_of(module: str) -> str:
    """Return the name, as the lock writes it, of the package that a top-level module is of.

    Examples
    --------
    >>> distribution_of("yaml"), distribution_of("faster_whisper")
    ('pyyaml', 'faster-whisper')
    """
    return DISTRIBUTIONS.get(module, module.lower().replace("_", "-"))


@cache
def locked() -> dict[str, str]:
    """Return the version of each package in the lock; several, for other Pythons, in one text."""
    versions: dict[str, list[str]] = {}
    text = (home() / LOCK).read_text(encoding="utf-8")
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE):
        versions.setdefault(name.lower().replace("_", "-"), []).append(version)
    return {name: " ".join(sorted(each)) for name, each in versions.items()}
