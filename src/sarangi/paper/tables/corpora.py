"""The table of corpora."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.evidence import reference
from sarangi.corpora.registry import load
from sarangi.paper.tables.titles import title
from sarangi.paper.tables.writing import write_table


def corpora_table(
    manifests: Sequence[Path],
    levels: Sequence[Path],
    corpora: dict[str, dict],
    unavailable: dict[str, str],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write what is in hand of each corpus, and how to get what is not.

    Parameters
    ----------
    manifests
        Manifest of each corpus in hand.
    levels
        Levels of those with recordings; their status counts, since it covers decoding.
    corpora
        Access, licence and citation of each.
    unavailable
        Corpora that are not in hand, with what to do.
    synthetic
        Names of the corpora spoken by the demo's generator.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    lines, evidence = {}, {}
    decoded = [store.read(shard, ["utterance_id", "status"]).set_index("utterance_id") for shard in levels]
    ends = pd.concat(decoded)["status"] if decoded else pd.Series(dtype=str)
    for path in manifests:
        manifest = store.read(path)
        corpus = manifest["corpus"].iloc[0]
        status = manifest["utterance_id"].map(ends).fillna(manifest["status"])
        usable = manifest[manifest["status"] == store.OK]
        counted = [path, *(shard for shard in levels if Path(shard).parts[-3] == corpus)]
        evidence[corpus] = {"": [reference(file) for file in counted]}
        lines[corpus] = {
            "Corpus": title(corpus, synthetic),
            "Language": ", ".join(sorted(usable["language"].unique())),
            "Utterances": len(manifest),
            "ok": int((status == store.OK).sum()),
            "Skipped": int((status == store.SKIPPED).sum()),
            "Failed": int((status == store.FAILED).sum()),
            "Speakers": usable["speaker"].nunique(),
            "Groups": usable["group"].nunique(),
            "Emotions": usable["emotion"].nunique(),
            "Hours": f"{hours:.2f}" if (hours := usable["duration_s"].sum() / 3600) else "--",
        }
    columns = list(next(iter(lines.values()), {"Corpus": ""}))
    for corpus in unavailable:
        lines[corpus] = dict.fromkeys(columns, "--") | {"Corpus": f"{load(corpus).TITLE} (unavailable)"}
    for corpus, line in lines.items():
        line |= {name.capitalize(): value for name, value in corpora[corpus].items()}
    frame = pd.DataFrame([lines[corpus] for corpus in sorted(lines)])
    waits = [f"{load(corpus).TITLE} is unavailable: {text}." for corpus, text in unavailable.items()]
    behind = [evidence.get(corpus, {}) for corpus in sorted(lines)]
    write_table(frame, behind, "Corpora.", "corpora", waits, synthetic, output)
