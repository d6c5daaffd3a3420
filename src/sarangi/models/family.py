"""What a family of encoders is, and the families by name.

A family is a module of :mod:`sarangi.models.families` with a :class:`Family` named ``FAMILY``.  One of speech
must have the parts of wav2vec 2.0 under their names (``feature_extractor``, ``feature_projection``,
``encoder``), or get the first one by ``complete``; one of text must have those of BERT (``embeddings``,
``encoder``).  What holds for each is in ``docs/encoders.md``.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sarangi.models import families

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BRANCHES = ("audio", "text")
"""Of a network: what each family is an encoder of."""


@dataclass(frozen=True)
class Spectrum:
    """How an encoder of speech that has no convolutions over samples gets its frames.

    Parameters
    ----------
    windows
        Length and step of each window: of the first in samples, of the next in frames of the one before.
    preprocessor
        What ``preprocessor_config.json`` must say, where it says anything.
    bands
        Setting of ``config.json`` that its ``feature_size`` must equal; None where ``preprocessor`` says it.
    """

    windows: tuple[tuple[int, int], ...]
    preprocessor: Mapping[str, int]
    bands: str | None = None


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
    shared_layers
        Whether the layers share their weights, so that none can be frozen without the others.
    spectrum
        Of speech: how frames are made, where no learned convolutions do.
    complete
        Called with each encoder that was built, to give it the parts and the behaviour that others have.
    network
        Class of the encoder, where that of transformers has other parts.
    renamed
        Of its class: parts of the names of published tensors, and what is in their place.
    longest
        Of speech: setting that says for how many frames there are positions; None for any number.
    attention
        Names of the projections of the attention's queries and values, which adapters are given by default.
    """

    model_type: str
    branch: str
    pooler: bool = False
    tokens: Mapping[str, str] = field(default_factory=dict)
    positions_behind_padding: bool = False
    shared_layers: bool = False
    spectrum: Spectrum | None = None
    complete: "Callable[[PreTrainedModel], None] | None" = None
    network: "type[PreTrainedModel] | None" = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    longest: str | None = None
    attention: tuple[str, ...] = ()

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
