"""The page with some models in a folder of its own, which a Hugging Face Space runs as it is."""

import shutil
import tomllib
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import yaml

from sarangi.app.card_files import read_card
from sarangi.app.card_text import SYNTHETIC, front_matter
from sarangi.base.errors import SarangiError
from sarangi.base.markdown import escaped
from sarangi.runtime.fingerprint import closure
from sarangi.runtime.packages import distribution_of

APP = '''"""Sarangi's page, as a Hugging Face Space runs it."""

import os
from pathlib import Path

os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

from sarangi.app.page import serve  # noqa: E402

serve(
    Path(__file__).resolve().parent,
    host=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"),
    port=int(os.environ.get("GRADIO_SERVER_PORT", "7860")),
    typed=False,
)
'''
OF_COPIES = ("results", "resources", "sarangi")
"""Folders of the Space that hold copies and nothing of the user's."""
BESIDE = ("torchaudio",)
"""What transformers loads beside, though no module of ours that the page uses says so at its top."""


def space(
    copies: Mapping[Path, Path],
    page: Path,
    project: Path,
    runs: Sequence[str],
    output: Mapping[str, Path],
    kept: Sequence[Path],
) -> None:
    """Write the folder of a Space: models and modules as they are, and what starts them.

    Parameters
    ----------
    copies
        Where to copy each file.
    page
        The module of the page, whose packages are those of ``requirements.txt``.
    project
        ``pyproject.toml``, which has the versions.
    runs
        Names of the models in it, ``<experiment>/<fold>/<seed>``.
    output
        Where to write ``app`` (Python), ``readme`` (with the Space's settings) and ``requirements``.
    kept
        All that belongs into the folder: of models and modules what lies there beside it goes, since the page
        would offer it and an upload publish it.

    Raises
    ------
    SarangiError
        If a model has no card.
    """
    cards = []
    for name in runs:
        card = read_card(Path("results/runs") / name)
        if card is None:
            raise SarangiError(f"results/runs/{name}: no card; make it with snakemake --cores 2 app")
        cards.append(card)
    folder = output["app"].parent
    for place in OF_COPIES:
        for stale in set((folder / place).rglob("*")) - set(kept) - set(copies.values()):
            if not stale.is_dir() or stale.is_symlink():
                stale.unlink()
    for source, target in copies.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    output["app"].write_text(APP, encoding="utf-8")
    pins = pins_of(project)
    _, imported = closure(page)
    wanted = {*map(distribution_of, imported), *BESIDE}
    lines = [f"{name}=={version}" for name, version in sorted(pins.items()) if name in wanted]
    output["requirements"].write_text("\n".join(lines) + "\n", encoding="utf-8")
    output["readme"].write_text(_readme(cards, pins["gradio"]), encoding="utf-8")


def pins_of(project: Path) -> dict[str, str]:
    """Return the version of each package that ``pyproject.toml`` names, for the core or for an extra."""
    stated = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    listed = [*stated["dependencies"], *chain(*stated["optional-dependencies"].values())]
    # an extra may name others (sarangi[asr]), which have no version
    pairs = (entry.split("==") for entry in listed if "==" in entry)
    return {name.lower().replace("_", "-"): version for name, version in pairs}


def _readme(cards: Sequence[Mapping], gradio: str) -> str:
    synthetic = any(card["synthetic"] for card in cards)
    licences = {front_matter(card).license for card in cards}
    head = {
        "title": "Sarangi: emotion in speech" + (" (synthetic)" if synthetic else ""),
        "emoji": "🎙️",
        "colorFrom": "blue",
        "colorTo": "gray",
        "sdk": "gradio",
        "sdk_version": gradio,
        "python_version": "3.11",
        "app_file": "app.py",
        "pinned": False,
        # of the models in it, which are more than our code
        "license": licences.pop() if len(licences) == 1 else "other",
        "models": [],
        "tags": ["speech-emotion-recognition", *(["synthetic"] if synthetic else [])],
    }
    text = yaml.safe_dump({k: v for k, v in head.items() if v != []}, sort_keys=False, allow_unicode=True)
    lines = [
        "# Sarangi: a page that listens",
        "",
        *([f"> **Synthetic. {SYNTHETIC}**", ""] if synthetic else []),
        "Models of a study of speech emotion recognition, with what they score on unseen speakers and how "
        "sure they may be. Nothing that is recorded here is kept.",
        "",
        *(
            f"- [{escaped(card['model'])}, {escaped(card['corpus']['title'])}]"
            f"(results/runs/{card['name']}/README.md)"
            for card in cards
        ),
        "",
        "Made by `snakemake --cores 2 app`; change nothing here by hand. Run it anywhere: `pip install -r "
        "requirements.txt`, then `python app.py`.",
        "",
    ]
    return f"---\n{text}---\n\n" + "\n".join(lines)
