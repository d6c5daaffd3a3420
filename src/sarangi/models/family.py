"""What a family of encoders is, and the families by name.

A family is a module of :mod:`sarangi.models.families` with a :class:`Family` named ``FAMILY``.  One of speech
must have the parts of wav2vec 2.0 under their names (``feature_extractor``, ``feature_projection``,
``encoder``), one of text those of BERT (``embeddings``, ``encoder``).
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sarangi.models import families

BRANCHES = ("audio", "text")
"""Of a network: what each family is an encoder of."""


@dataclass(frozen=True)
class Family:
    """What is peculiar to encoders of one architecture.

    Parameters
    ----------
    model_type
        As ``config.json`` has it; with ``_`` for ``-`` the name of the module.
    branch
        Of :data:`BRANCHES`.
    pooler
        Whether there is a pooler above the first token, which is left out unless a network asks for it.
    tokens
        Special tokens, where a tokeniser's own configuration does not state them.
    positions_behind_padding
        Whether positions are counted from behind the number of the padding token, so that fewer tokens fit.
    """

    model_type: str
    branch: str
    pooler: bool = False
    tokens: Mapping[str, str] = field(default_factory=dict)
    positions_behind_padding: bool = False

    def options(self, pooler: bool) -> dict[str, Any]:
        """Return what ``AutoModel`` takes to build an encoder with its pooler, or without."""
        return {"add_pooling_layer": pooler} if self.pooler else {}


def module_of(model_type: str) -> str:
    """Return the name of the module of a family."""
    return model_type.replace("-", "_")


def load(model_type: str) -> Family | None:
    """Return a family, or None where there is no such module."""
    name = module_of(model_type)
    if name not in _modules():
        return None
    return importlib.import_module(f"sarangi.models.families.{name}").FAMILY


def names(branch: str) -> list[str]:
    """Return the model types of a branch."""
    loaded = [importlib.import_module(f"sarangi.models.families.{name}").FAMILY for name in _modules()]
    return [family.model_type for family in loaded if family.branch == branch]


def _modules() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(families.__path__))
