"""Which audits a corpus has, and what that of its voices is made from."""

from sarangi.base import layout
from sarangi.study.inputs import transcripts_read
from sarangi.study.speaker_inputs import entry_of, pseudo_made, shards_of_pseudo
from sarangi.study.study import Study


def audits_of(study: Study, corpus: str) -> list[str]:
    """Return the audits of a corpus, of its protocols, of transcripts that models read, and of its voices."""
    protocols = study.protocols_of(corpus)
    voices = audited_by(study, corpus)
    return [
        layout.corpus_audit(corpus),
        *(layout.protocol_audit(corpus, name) for name in protocols),
        *(layout.transcript_audit(corpus, asr) for asr in transcripts_read(study, corpus)),
        *([] if voices is None else [layout.voice_audit(corpus, voices)]),
    ]


def audited_by(study: Study, corpus: str) -> str | None:
    """Return the entry of pseudo-speakers that a corpus is audited by; None without one that can be made.

    One alone, so that no check of a protocol is there twice: the first with a calibration corpus, whose
    thresholds have errors to state, else the first.
    """
    names = [name for name, made in pseudo_made(study) if made == corpus]
    return min(names, key=lambda name: not _calibrated(study, name), default=None)


def voice_thresholds(study: Study, pseudo: str) -> list[str]:
    """Return the file of what parts two voices for an entry; nothing where it names no calibration corpus."""
    return [layout.voice_thresholds(pseudo)] if _calibrated(study, pseudo) else []


def single_voices(study: Study, pseudo: str, corpus: str) -> list[str]:
    """Return the file of which names of a corpus are one voice; nothing without a calibration corpus."""
    return [layout.single_voices(pseudo, corpus)] if _calibrated(study, pseudo) else []


def voices_audited(study: Study, corpus: str) -> list[str]:
    """Return what the audit of the voices of a corpus is computed from, embeddings first."""
    pseudo = audited_by(study, corpus)
    if pseudo is None:
        return []
    return [
        *shards_of_pseudo(study, pseudo, corpus),
        *voice_thresholds(study, pseudo),
        *single_voices(study, pseudo, corpus),
    ]


def _calibrated(study: Study, pseudo: str) -> bool:
    return "calibration" in entry_of(study, pseudo)
