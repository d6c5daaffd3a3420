"""The workflow as an RO-Crate: by its profile's own validator, and the same bytes each time."""

import io
import json
import shutil
import zipfile
from importlib.resources import files

import pytest
import yaml
from requests.adapters import BaseAdapter, HTTPAdapter
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings
from rocrate_validator.utils.http import HttpRequester
from support.places import ROOT
from urllib3 import HTTPResponse

from sarangi.base.errors import SarangiError
from sarangi.reproduce.crate import workflow_crate

PICTURE = b"\x89PNG\r\n\x1a\n not a picture IEND"


class Terms(BaseAdapter):
    """Hands out the terms of RO-Crate in the place of their address.

    Those that package rocrate brings are of RO-Crate 1.3, where one term that matters here got another
    address than in 1.1.
    """

    def send(self, request, **_):
        terms = json.loads((files("rocrate") / "data/ro-crate.jsonld").read_text())
        terms["@context"]["ComputationalWorkflow"] = "https://bioschemas.org/ComputationalWorkflow"
        body, kind = io.BytesIO(json.dumps(terms).encode()), {"Content-Type": "application/ld+json"}
        raw = HTTPResponse(body=body, headers=kind, status=200, preload_content=False)
        return HTTPAdapter().build_response(request, raw)

    def close(self):
        """Nothing is open."""


@pytest.fixture
def base(tmp_path):
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    for name in ("Snakefile", "CITATION.cff", "LICENSE", "README.md"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "src/a.py").write_text("1\n")
    (tmp_path / "diagram.png").write_bytes(PICTURE)
    return folder


def packed(base, name="crate.zip"):
    sources = {path.relative_to(base).as_posix(): path for path in base.rglob("*") if path.is_file()}
    workflow_crate(sources, base.parent / "diagram.png", base.parent / name)
    return base.parent / name


def test_the_crate_holds_the_files_and_describes_each(base):
    with zipfile.ZipFile(packed(base)) as archive:
        names = {"Snakefile", "CITATION.cff", "LICENSE", "README.md", "src/a.py", "diagram.png"}
        assert set(archive.namelist()) == {"ro-crate-metadata.json", *names}
        assert archive.read("Snakefile") == (ROOT / "Snakefile").read_bytes()
        assert archive.read("diagram.png") == PICTURE
        graph = {
            entry["@id"]: entry for entry in json.loads(archive.read("ro-crate-metadata.json"))["@graph"]
        }
    root, cited = graph["./"], yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {part["@id"] for part in root["hasPart"]} == names
    assert root["mainEntity"] == {"@id": "Snakefile"}
    assert root["datePublished"] == str(cited["date-released"])
    assert root["license"] == {"@id": "https://spdx.org/licenses/MIT"}
    assert "ComputationalWorkflow" in graph["Snakefile"]["@type"]
    assert graph["Snakefile"]["image"] == {"@id": "diagram.png"}
    assert "http://mit-license" not in json.dumps(graph)


def issues(crate):
    """What the profile's validator finds: requirements and recommendations that do not hold."""
    settings = ValidationSettings(
        rocrate_uri=str(crate),
        profile_identifier="workflow-ro-crate-1.0",
        requirement_severity=Severity.RECOMMENDED,
        no_cache=True,
    )
    HttpRequester().session.mount("https://w3id.org/", Terms())
    return {issue.message: issue.severity for issue in services.validate(settings).get_issues()}


def test_the_crate_is_one_by_the_validator_of_its_profile(base, monkeypatch):
    # the project has no address of its own yet
    assert issues(packed(base)) == {"The organization SHOULD have a URL.": Severity.RECOMMENDED}
    monkeypatch.setattr("sarangi.reproduce.crate.MAIN", "LICENSE")
    monkeypatch.setattr("rocrate.rocrate.ROCrate.mainEntity", None)
    assert Severity.REQUIRED in issues(packed(base)).values()


def test_the_same_files_give_the_same_bytes(base):
    assert packed(base).read_bytes() == packed(base, "again.zip").read_bytes()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda base: (base / "Snakefile").unlink(), "Snakefile is missing"),
        (lambda base: (base / "CITATION.cff").write_text("title: x\n"), "authors.*date-released.*missing"),
    ],
)
def test_what_the_crate_cannot_do_without_is_named(base, spoil, words):
    spoil(base)
    with pytest.raises(SarangiError, match=words):
        packed(base)
    assert not (base.parent / "crate.zip").exists()
