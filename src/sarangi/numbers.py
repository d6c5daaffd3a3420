"""Numbers of the paper's text: each is looked up by name, none is typed."""

from collections.abc import Sequence
from pathlib import Path

from sarangi.tables import headline


def numbers(scores: Sequence[Path], synthetic: Sequence[str], output: Path) -> None:
    r"""Write every reported score as a LaTeX macro that ``\result{<experiment>.<metric>}`` looks up.

    Parameters
    ----------
    scores
        Scores of experiments and of transfers; a transfer is named ``<experiment>_to_<test>``.
    synthetic
        Names of the corpora spoken by the demo's generator; the paper's pages then say so.
    output
        File to write.
    """
    lines = ["% Made by Snakemake from results; edit src/sarangi/numbers.py, not this."]
    lines.append(r"\syntheticfalse" if not synthetic else r"\synthetictrue")
    found = headline(scores).sort_values(["experiment", "test", "metric"])
    untrained = any("untrained weights" in mark for mark in found["mark"])
    lines.append(r"\untrainedtrue" if untrained else r"\untrainedfalse")
    for _, score in found.iterrows():
        name = score["experiment"]
        if score["test"] != score["corpus"]:
            name += f"_to_{score['test']}"
        for key in ("value", "low", "high", "chance", "ceiling"):
            suffix = "" if key == "value" else f".{key}"
            number = "--" if score[key] != score[key] else f"{score[key]:.3f}"
            lines.append(rf"\setresult{{{name}.{score['metric']}{suffix}}}{{{number}}}")
        if score["metric"] == "uar":
            lines.append(rf"\setresult{{{name}.n}}{{{score['n']}}}")
            lines.append(rf"\setresult{{{name}.groups}}{{{score['groups']}}}")
    output.write_text("\n".join(lines) + "\n", encoding="utf-8")
