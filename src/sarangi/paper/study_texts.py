r"""The sentences of a study without claims for its paper, as LaTeX macros in ``paper/texts.tex``.

``\studytitle`` and ``\studycorpora`` are words; ``\studymethods``, ``\studyaudit``, ``\studyresults``,
``\studyratings`` and ``\studyleakage`` are paragraphs.  What there is nothing to say of is empty.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sarangi.base.labels import Labels
from sarangi.base.prose import Paragraph, Sentence
from sarangi.paper.escapes import latex
from sarangi.paper.summary import audit_sentences, leakage_sentences, rating_sentences, result_sentences


def study_texts(
    read: Mapping[str, Sequence[Path]],
    corpora: Sequence[str],
    methods: Sequence[Paragraph],
    baselines: Sequence[str],
    leaking: Sequence[str],
    labels: Labels,
    output: Path,
) -> None:
    """Write the sentences of a study for its paper.

    Parameters
    ----------
    read
        ``scores``, ``ratings``, ``audits`` and ``premiums``: files of results.
    corpora
        Names of the configured corpora.
    methods
        What the study does, by its configuration.
    baselines
        Names of the models that are baselines.
    leaking
        Names of the protocols that share groups by design.
    labels
        Titles, and which corpora are synthetic.
    output
        File to write.
    """
    names = " and ".join(latex(labels.corpora[name]) for name in corpora)
    texts = {
        "studycorpora": names,
        "studytitle": f"Speech emotion recognition on {names}: an audited baseline",
        "studymethods": "\n\n".join(
            rf"\paragraph{{{latex(paragraph.heading)}.}} {_joined(paragraph.sentences)}"
            for paragraph in methods
        ),
        "studyaudit": _joined(audit_sentences(read["audits"], leaking, labels)),
        "studyresults": _listed(result_sentences(read["scores"], baselines, labels)),
        "studyratings": _listed(rating_sentences(read["ratings"], baselines, labels)),
        "studyleakage": _listed(leakage_sentences(read["premiums"][0], labels)),
    }
    lines = ["% Made by Snakemake from the configuration and from results, not by hand."]
    lines += [rf"\long\def\{name}{{{text}}}" for name, text in texts.items()]
    output.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _sentence(sentence: Sentence) -> str:
    cites = rf" \citep{{{','.join(sentence.cites)}}}" if sentence.cites else ""
    return f"{latex(sentence.text)}{cites}."


def _joined(sentences: Sequence[Sentence]) -> str:
    return " ".join(map(_sentence, sentences))


def _listed(sentences: Sequence[Sentence]) -> str:
    if len(sentences) < 2:
        return _joined(sentences)
    items = "\n".join(rf"\item {_sentence(sentence)}" for sentence in sentences)
    return "\\begin{itemize}\n" + items + "\n\\end{itemize}"
