"""Write the conda environments from pyproject.toml, one a kind of step: ``python envs/generate.py``."""

import tomllib
from pathlib import Path

HERE = Path(__file__).parent
TABLES = ["imageio-ffmpeg", "numpy", "pandas", "pyarrow", "soundfile", "tqdm"]
FETCHING = ["jsonschema", "PyYAML", "requests", "tenacity", "urllib3"]
MODELS = [
    "accelerate",
    "ctranslate2",
    "faster-whisper",
    "huggingface-hub",
    "jiwer",
    "openai-whisper",
    "peft",
    "protobuf",
    "safetensors",
    "tokenizers",
    "torch",
    "torchaudio",
    "transformers",
]
KINDS = {
    "speech": [
        *TABLES,
        *FETCHING,
        *MODELS,
        "audformat",
        "espeakng-loader",
        "imageio-ffmpeg",
        "iso639-lang",
        "opensmile",
        "scikit-learn",
        "scipy",
        "soxr",
    ],
    "workflow": [
        *TABLES,
        *FETCHING,
        "audformat",
        "huggingface-hub",
        "iso639-lang",
        "Pygments",
        "jinja2",
        "rocrate",
        "scikit-learn",
        "scipy",
        "snakemake",
        "tabulate",
    ],
    "analysis": [*TABLES, "jinja2", "krippendorff", "matplotlib", "scikit-learn", "scipy", "tabulate"],
    "paper": TABLES,
}
PROGRAMS = {"paper": ["tectonic=0.15"]}
"""What comes from conda-forge itself."""


def environments() -> dict[str, str]:
    """Return the text of each environment by the name of its file."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    named = [project["project"]["dependencies"], *extras.values(), project["dependency-groups"]["build"]]
    # an extra may name others (sarangi[asr]), which have no version
    pins = dict(entry.split("==") for entries in named for entry in entries if "==" in entry)
    texts = {}
    for kind, packages in KINDS.items():
        listed = "".join(f"      - {name}=={pins[name]}\n" for name in sorted(set(packages)))
        programs = "".join(f"  - {program}\n" for program in PROGRAMS.get(kind, ()))
        texts[f"{kind}.yaml"] = (
            "# Written by envs/generate.py from pyproject.toml; the library itself is on PYTHONPATH.\n"
            "channels:\n  - conda-forge\n  - nodefaults\n"
            f"dependencies:\n  - python=3.11\n{programs}  - pip={pins['pip']}\n  - pip:\n{listed}"
        )
    return texts


if __name__ == "__main__":
    for name, text in environments().items():
        (HERE / name).write_text(text, encoding="utf-8")
