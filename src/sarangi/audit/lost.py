"""Corpora of which too much failed, for the end of a run."""

from collections.abc import Mapping
from pathlib import Path

from sarangi.base import store
from sarangi.base.auditing import FAILED_UTTERANCES, FATAL
from sarangi.base.failures import failures_in, too_many
from sarangi.base.unheard import as_recordings

NO_VOICES: Mapping[str, Path] = {}


def lost(made: Mapping[str, tuple[Path, Path]], voices: Mapping[str, Path] = NO_VOICES) -> list[str]:
    """Return a line for each corpus of which more than a tenth failed, as far as it was read.

    Such a line, too, for pseudo-speakers that more than a tenth has none of.

    Parameters
    ----------
    made
        By corpus the place of its own audit, and of its manifest; what is not there is passed over.  The
        audit knows what failed once it was decoded, too; one that is older than the manifest is out of date.
    voices
        By what a line calls them, places of pseudo-speakers.
    """
    lines = []
    for corpus, (audit, manifest) in made.items():
        words = ""
        if audit.exists() and (not manifest.exists() or audit.stat().st_mtime >= manifest.stat().st_mtime):
            rows = store.read(audit, ["check", "verdict", "detail"])
            fatal = rows[(rows["check"] == FAILED_UTTERANCES) & (rows["verdict"] == FATAL)]
            words = "; ".join(fatal["detail"])
        elif manifest.exists():
            table = store.read(manifest, ["status", "cause", "reason", "no_sound"])
            # where nothing can be heard at all, nothing was lost
            if table.loc[table["status"] == store.OK, "no_sound"].isna().any():
                table = as_recordings(table)
            ends = table[["status", "cause", "reason"]].itertuples(index=False, name=None)
            failed, usable, told = failures_in(ends)
            words = told if too_many(failed, usable) else ""
        if words:
            lines.append(f"{corpus}: {words}")
    for name, path in voices.items():
        if path.exists():
            table = store.read(path, ["status", "reason"]).assign(cause=None)
            ends = table[["status", "cause", "reason"]].itertuples(index=False, name=None)
            failed, usable, told = failures_in(ends)
            lines += [f"{name}: {told}"] if too_many(failed, usable) else []
    return lines
