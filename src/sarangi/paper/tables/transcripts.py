"""The table of transcripts."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.evidence import reference
from sarangi.base.labels import Labels
from sarangi.base.typed_texts import NONE, TitleText
from sarangi.paper.limit_notes import limit_notes
from sarangi.paper.limits import limits_of_transcripts
from sarangi.paper.tables.columns import CORPUS, MODEL, numeric
from sarangi.paper.tables.not_here import not_here
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text
from sarangi.statistics.resampling import draw_groups, intervals, resampled


def transcripts_table(
    transcripts: Sequence[Path],
    manifests: dict[str, Path],
    settings: dict,
    unavailable: dict[str, str],
    untrained: Sequence[str],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write how well each Whisper transcribes each corpus.

    Parameters
    ----------
    transcripts
        Shards of transcripts, in ``results/transcripts/<asr>/<corpus>/``.
    manifests
        By corpus.
    settings
        ``draws``, ``seed`` and ``confidence`` of the bootstrap.
    unavailable
        Those that cannot be had, with what to do.
    untrained
        Those with random weights.
    labels, output
        As in :func:`sarangi.paper.tables.corpora.corpora_table`.
    """
    lines, evidence = [], []
    for asr, corpus in sorted({path.parts[-3:-1] for path in map(Path, transcripts)}):
        shards = [path for path in map(Path, transcripts) if path.parts[-3:-1] == (asr, corpus)]
        table = pd.concat([store.read(path) for path in shards])
        evidence.append({"": [reference(file) for file in (*shards, manifests[corpus])]})
        heard = table[table["status"] == store.OK]
        known = heard[heard["wer"].notna()]
        group = store.read(manifests[corpus], ["utterance_id", "group"]).set_index("utterance_id")["group"]
        lines.append(
            {
                "Corpus": labels.corpus(corpus),
                "Model": TitleText(labels.asr[asr] + (" (untrained)" if asr in untrained else ""), asr),
                "Utterances": len(table),
                "Transcribed": len(heard),
                "Empty": int((heard["text"] == "").sum()),
                "Again": int((heard["tries"] > 1).sum()),
                "Failed": int(heard["failed_check"].notna().sum()),
                "With reference": len(known),
                **_error_rates(known, known["utterance_id"].map(group), settings),
                "Log probability": number_text(heard["avg_logprob"].mean(), ".2f"),
            }
        )
    caption = (
        "Transcripts. WER and CER are the edits of all words and characters that the corpus states, with the "
        "interval of WER over groups; empty are those in which no speech was heard; again are those that "
        "were decoded more than once, since the first text repeated itself or was improbable; failed are "
        "those of which every text did, and whose best is kept; log probability is the mean over utterances "
        "of the mean over tokens."
    )
    notes = limit_notes(limits_of_transcripts(manifests), labels)
    notes += not_here(labels.asr[asr] for asr in unavailable)
    write_table(Table("transcripts", caption, COLUMNS, lines, evidence, notes), labels, output)


COLUMNS = [
    CORPUS, MODEL,
    *numeric(
        "Utterances", "Transcribed", "Empty", "Again", "Failed", "With reference", "WER", "Interval", "CER",
        "Log probability",
    ),
]  # fmt: skip


def _error_rates(known: pd.DataFrame, groups: pd.Series, settings: dict) -> dict[str, str]:
    """Return the error rates over all words and characters, with the interval of the former over groups."""
    if known.empty:
        return {"WER": NONE, "Interval": NONE, "CER": NONE}
    edits = pd.DataFrame({"edits": known["wer"] * known["words"], "words": known["words"]})
    sums = edits.groupby(groups.to_numpy()).sum().to_numpy()
    drawn = draw_groups(len(sums), settings["draws"], settings["seed"])
    found = resampled(sums[None], drawn, lambda s: {"wer": s[:, 0, 0] / s[:, 0, 1]})
    low, high = intervals(found, len(sums), settings["confidence"])["wer"]
    return {
        "WER": number_text(sums[:, 0].sum() / sums[:, 1].sum()),
        "Interval": interval_text(low, high),
        "CER": number_text((known["cer"] * known["characters"]).sum() / known["characters"].sum()),
    }
