"""A configuration checked, and what is refused of it, for tests."""

import sys

import pytest

from sarangi.base.errors import SarangiError
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.runtime import fingerprint as fingerprints
from sarangi.runtime.fingerprint import fingerprint
from sarangi.runtime.packages import distribution_of
from sarangi.study.checking import check
from support.blast_radius import registries
from support.places import ROOT
from support.studies import write_study

SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"


def refused(study, tmp_path):
    file = write_study(study, tmp_path) / "config.yaml"
    with pytest.raises(SarangiError) as error:
        check(study, SCHEMA, [file])
    return str(error.value), file.read_text().splitlines()


def put_encoder(folder, modality="speech"):
    """Put files under the names of an encoder's, as a person does; nothing is in them."""
    folder.mkdir(parents=True)
    for name in ENCODER_FILES[modality]:
        (folder / name).touch()


@pytest.fixture
def code(tmp_path, monkeypatch):
    """A package of its own in place of ours, and a function that gives its fingerprint anew."""
    package = tmp_path / "sarangi"
    (package / "corpora").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "corpora/__init__.py").write_text("import importlib\n")
    (package / "corpora/one.py").write_text("A = 1\n")
    (package / "corpora/two.py").write_text("A = 2\n")
    (package / "deep.py").write_text("import numpy\n\n\ndef f():\n    return 1\n")
    (package / "middle.py").write_text("from .deep import f\n")
    (package / "other.py").write_text("x = 1\n")
    (tmp_path / "script.py").write_text("from sarangi import middle\nfrom sarangi.corpora import load\n")
    monkeypatch.setattr(fingerprints, "ROOT", package)

    def forget():
        fingerprint.cache_clear()
        fingerprints._module.cache_clear()

    def take(by_name=(("sarangi.corpora", ("sarangi.corpora.one",)),)):
        forget()
        return fingerprint(tmp_path / "script.py", by_name)

    yield package, take
    forget()


def assert_fits(name, kind):
    """A rule's script calls a function of its name, and its environment has what that imports."""
    sys.path.insert(0, str(ROOT / "envs"))
    import generate

    by_name = tuple(registries().items())
    code, imported = fingerprints.closure(ROOT / f"workflow/scripts/{name}.py", by_name)
    assert f"def {name}(" in "".join(code.values()), f"rule {name} calls no function of its name"
    needed = {distribution_of(module) for module in imported - sys.stdlib_module_names}
    missing = needed - {p.lower() for p in generate.KINDS[kind]}
    assert not missing, f"envs/{kind}.yaml lacks {missing}, which {name} imports"
