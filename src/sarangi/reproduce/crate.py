"""The workflow as an RO-Crate: its code in one zip that says of itself what it is, as WorkflowHub reads it.

After the Workflow RO-Crate profile 1.0 (https://w3id.org/workflowhub/workflow-ro-crate/1.0) on RO-Crate 1.1.
"""

import json
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import yaml
from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from sarangi.base.errors import SarangiError
from sarangi.reproduce.bundle import add

MAIN, DIAGRAM, CITATION = "Snakefile", "diagram.png", "CITATION.cff"
LICENCE = "https://spdx.org/licenses/{}"
SPECIFICATION = "1.1"
"""Of RO-Crate: the newest that the Workflow RO-Crate profile 1.0 stands on, and WorkflowHub reads."""
KINDS = {
    ".py": "text/x-python", ".smk": "text/plain", ".yaml": "application/yaml", ".md": "text/markdown",
    ".tex": "text/x-tex", ".rst": "text/x-rst", ".png": "image/png", ".toml": "application/toml",
}  # fmt: skip
"""Of files by suffix; any other is plain text."""
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"


def workflow_crate(sources: Mapping[str, Path], diagram: Path, output: Path) -> None:
    """Write the workflow's files with their description into a zip.

    Who made it, its title, version, date and licence are those of ``CITATION.cff``.  The same files give
    the same bytes.

    Parameters
    ----------
    sources
        The project's files by their places in a checkout, ``Snakefile`` and ``CITATION.cff`` among them.
    diagram
        PNG of what is made from what.
    output
        Zip file to write.

    Raises
    ------
    SarangiError
        If one of the two files is missing, or ``CITATION.cff`` lacks what the crate must say.
    """
    names = sorted(sources)
    for needed in (MAIN, CITATION):
        if needed not in names:
            raise SarangiError(f"{needed} is missing: a crate of the workflow needs it, put it back")
    cited = _citation(sources[CITATION])
    crate = ROCrate(version=SPECIFICATION)
    licence = ContextEntity(
        crate, LICENCE.format(cited["license"]), {"@type": "CreativeWork", "name": cited["license"]}
    )
    makers = [
        ContextEntity(crate, f"#{author['name'].replace(' ', '-')}", {"@type": "Organization"} | author)
        for author in cited["authors"]
    ]
    crate.add(licence, *makers)
    crate.name, crate.description, crate.keywords = cited["title"], cited["abstract"], cited["keywords"]
    crate.license, crate.datePublished = licence, str(cited["date-released"])
    crate.root_dataset["author"] = _one_or_all(makers)
    crate.root_dataset["publisher"] = makers[0]
    crate.root_dataset["version"] = cited["version"]
    workflow = crate.add_workflow(
        sources[MAIN], MAIN, main=True, lang="snakemake", lang_version=version("snakemake")
    )
    image = crate.add_file(diagram, DIAGRAM, properties=_kind("What is made from what", DIAGRAM))
    image["about"] = workflow
    described = {
        "name": cited["title"], "description": cited["abstract"], "license": licence, "image": image,
        "version": cited["version"], "author": _one_or_all(makers),
        "conformsTo": crate.add(ContextEntity(crate, BIOSCHEMAS, {"@type": "CreativeWork"})),
    }  # fmt: skip
    for key, value in (described | _kind(cited["title"], MAIN)).items():
        workflow[key] = value
    for name in names:
        if name != MAIN:
            file = crate.add_file(sources[name], name, properties=_kind(name, name))
            if name == "README.md":
                file["about"] = crate.root_dataset
    text = json.dumps(crate.metadata.generate(), indent=2, sort_keys=True, ensure_ascii=False)
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        add(archive, crate.metadata.id, text.encode())
        for name in names:
            add(archive, name, sources[name].read_bytes())
        add(archive, DIAGRAM, diagram.read_bytes())


def _citation(path: Path) -> dict:
    cited = yaml.safe_load(path.read_text(encoding="utf-8"))
    needed = ("title", "abstract", "authors", "version", "date-released", "license", "keywords")
    missing = [key for key in needed if key not in cited]
    if missing:
        raise SarangiError(f"{path}: {', '.join(missing)} missing, which a crate of the workflow must say")
    return cited


def _kind(title: str, name: str) -> dict[str, str]:
    return {"name": title, "encodingFormat": KINDS.get(Path(name).suffix, "text/plain")}


def _one_or_all(entries: list) -> object:
    """Return the one entry of a list of one, as the profile would have it."""
    return entries[0] if len(entries) == 1 else entries
