"""From a score back to predictions, runs, protocol, what the model was given, and recordings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sarangi.base import layout, store
from sarangi.reproduce.files import Files, in_words
from sarangi.reproduce.steps import Step, pairs

LISTED = 20_000  # recordings that a page lists, before it names the files that have the rest
WEIGHTS, AUDIO = "Weights", "Audio"
VOICES = "Estimated speakers"
READ_FROM, OTHERS = "What the recordings were read from", "Weights and other files available here"
KINDS = {
    "features": "Features",
    "states": "Pooled states of a frozen encoder",
    "prefix": "Output of a frozen prefix",
    "transcripts": "Transcripts",
    "pseudo_speakers": VOICES,
    "speaker_threshold": VOICES,
    "speaker_embeddings": VOICES,
    "encoder_file": WEIGHTS,
    "checkpoint": WEIGHTS,
    "audio": AUDIO,
    "levels": AUDIO,
}
"""What a model was given, by what the layout says that a file is."""
TITLES = tuple(dict.fromkeys([*KINDS.values(), READ_FROM, OTHERS]))
PREDICTIONS = ("predictions", "run_predictions")
OF_MODELS = (*PREDICTIONS, "run_model", "run_config", "run_log", "run_card", "run_card_data")
AUDITS = ("audit", "readable_audit", "corpus_audit", "protocol_audit", "transcript_audit", "voice_audit")
"""Read before a training, and no part of it."""


@dataclass(frozen=True)
class Scored:
    """What was scored: an experiment, and the other corpus that it was tested on (None: its own)."""

    experiment: str
    corpus: str
    protocol: str
    other: str | None = None

    @property
    def test(self) -> str:
        """The corpus of the recordings that were tested."""
        return self.other or self.corpus

    @property
    def protocol_file(self) -> str:
        """The protocol's table."""
        return layout.protocol(self.corpus, self.protocol)

    def has(self, path: str) -> bool:
        """Whether a file upstream is its own, and was not read for another experiment of the same job."""
        place = layout.parse(path)
        if place is None:
            return True
        if place.kind in OF_MODELS:
            return place.parts["experiment"] == self.experiment
        if place.kind == "protocol":
            return path == self.protocol_file
        return place.kind not in AUDITS and place.parts.get("corpus", self.corpus) in (self.corpus, self.test)


class Upstream:
    """Steps from predictions to recordings.

    Parameters
    ----------
    files
        The files of the folder.
    recordings
        Whether to list every recording that was tested.
    """

    def __init__(self, files: Files, recordings: bool = False):
        self.files = files
        self.recordings = recordings

    def behind_score(self, file: str, scored: Scored) -> list[Step]:
        """Return the steps from a file of scores on."""

        def walk() -> list[Step]:
            own = self.predictions(file, scored)
            only = [*own, scored.protocol_file, layout.manifest(scored.test)]
            return [self.files.step(file, only=only), *self._behind(own, scored)]

        return self.files.once(("score", file, scored.experiment), walk)

    def experiment(self, scored: Scored, predictions: list[str]) -> Step:
        """Return one side of a comparison, from its predictions on."""
        steps = self.files.once(("predictions", scored.experiment), lambda: self._behind(predictions, scored))
        return Step(f"Experiment {scored.experiment}", steps=steps)

    def predictions(self, file: str, scored: Scored) -> list[str]:
        """Return the predictions of an experiment among what a file was made from."""

        def own(path: str) -> bool:
            place = layout.parse(path)
            return (
                place is not None
                and place.kind in PREDICTIONS
                and place.parts["experiment"] == scored.experiment
                and place.parts.get("test", layout.WITHIN) == (scored.other or layout.WITHIN)
            )

        return [path for path in self.files.made_from(file) if own(path)]

    def _behind(self, predictions: list[str], scored: Scored) -> list[Step]:
        """Return the steps from some files of predictions to the recordings."""
        upstream = self.files.upstream(predictions, scored.has)
        return [
            self._answers(predictions, upstream),
            *self._runs(predictions, upstream),
            *([self._protocol(scored.protocol_file)] if scored.protocol_file in upstream else []),
            *self._given(upstream),
            *(self._manifest(layout.manifest(name)) for name in dict.fromkeys([scored.corpus, scored.test])),
            self._tested(predictions, layout.manifest(scored.test)),
        ]

    def _answers(self, predictions: list[str], upstream: list[str]) -> Step:
        answers = Step(f"Predictions: {_files(predictions)}")
        total: Counter = Counter()
        for path in predictions:
            counts: Counter = Counter()
            right = 0
            rated = self._rated(path)
            for row in self.files.rows(path, ["status", "predicted", *([] if rated else ["emotion"])]):
                counts[row["status"]] += 1
                right += row["status"] == store.OK and not rated and row["emotion"] == row["predicted"]
            step = self.files.step(path, only=upstream)
            said = "ratings, one row per dimension" if rated else f"{right} of those predicted are right"
            step.facts.insert(0, f"{in_words(counts)}; {said}")
            answers.steps.append(step)
            total += counts
        answers.facts.append(in_words(total))
        return answers

    def _rated(self, predictions: str) -> bool:
        """Whether predictions are ratings on a scale, and no emotions."""
        path = self.files.root / predictions
        return path.exists() and "rating" in self.files.once(
            ("columns", predictions), lambda: pq.read_schema(path).names
        )

    def _runs(self, predictions: list[str], upstream: list[str]) -> list[Step]:
        models = [path for path in upstream if _kind(path) in OF_MODELS and path not in predictions]
        for path in predictions:  # what a run left beside its predictions
            record = self.files.record(path)
            folder = Path(path).parents[1]
            outputs = record["outputs"] if record else []
            beside = [other for other in outputs if Path(other).is_relative_to(folder)]
            models += [other for other in beside if other not in (path, *models)]
        steps = [self.files.step(path) for path in sorted(models)]
        return [Step(f"Runs: {len(models)} files", steps=steps)] if models else []

    def _given(self, upstream: list[str]) -> list[Step]:
        """Return what a model was given, a step a kind."""
        named: dict[str, list[str]] = {title: [] for title in TITLES}
        for path in upstream:
            kind = _kind(path)
            if kind in ("manifest", "protocol", *OF_MODELS):
                continue
            if kind in KINDS:
                title = KINDS[kind]
            elif path.startswith(f"{layout.MODELS}/"):
                title = WEIGHTS
            else:
                title = READ_FROM if path.startswith("resources/") else OTHERS
            named[title].append(path)
        return [
            Step(f"{title}: {_files(paths)}", steps=[self.files.step(path) for path in sorted(paths)])
            for title, paths in named.items()
            if paths
        ]

    def _protocol(self, file: str) -> Step:
        def walk() -> Step:
            step = self.files.step(file)
            step.title = f"Protocol: {file}"
            sizes: Counter = Counter()
            leaks = 0
            for row in self.files.rows(file, ["fold", "part", "leaks"]):
                sizes[row["fold"], row["part"]] += 1
                leaks += bool(row["leaks"])
            folds = sorted({fold for fold, _ in sizes if fold is not None})
            step.facts.insert(
                0, f"{len(folds)} folds; {leaks} rows of groups that are in both training and test"
            )
            for fold in folds:
                parts = {part: count for (number, part), count in sorted(sizes.items()) if number == fold}
                step.facts.append(f"fold {fold}: {pairs(parts)}")
            return step

        return self.files.once(("protocol", file), walk)

    def _manifest(self, file: str) -> Step:
        def walk() -> Step:
            step = self.files.step(file)
            step.title = f"Manifest: {file}"
            step.facts.insert(0, self.files.counts(file))
            return step

        return self.files.once(("manifest", file), walk)

    def _tested(self, predictions: Sequence[str], manifest: str) -> Step:
        """Return the recordings that were tested."""
        clips = {
            row["utterance_id"]
            for path in predictions
            for row in self.files.rows(path, ["utterance_id", "status"])
            if row["status"] == store.OK
        }
        step = Step(
            f"Recordings: {len(clips)} tested",
            [f"sha256 as {manifest} lists it, which verify compares with what is here"],
        )
        if not self.recordings:
            step.facts.append("--recordings or --html lists them")
            return step
        sums = {
            row["utterance_id"]: f"{row['sha256']}{_span(row)}" if row["sha256"] else None
            for row in self.files.rows(manifest, ["utterance_id", "sha256", "file", "start", "end"])
        }
        step.whole = True
        known = ["utterance_id", "fold", "seed", "status", "predicted"]
        for path in predictions:
            rated = self._rated(path)
            for row in self.files.rows(path, [*known, *(["dimension", "rating"] if rated else ["emotion"])]):
                if len(step.lines) == LISTED:
                    step.facts.append(f"the first {LISTED} are listed; the rest is in the predictions")
                    return step
                answer = row["status"]
                if row["status"] == store.OK:
                    answer = f"{row['predicted']:.4g}" if rated else row["predicted"]
                label = f"{row['dimension']} {_rating(row['rating'])}" if rated else row["emotion"]
                run = f"fold {row['fold']}" + ("" if row["seed"] is None else f", seed {row['seed']}")
                sum_ = sums.get(row["utterance_id"]) or "none: its corpus publishes features"
                step.lines.append(
                    f"{row['utterance_id']}: {label}, predicted {answer} ({run}); sha256 {sum_}"
                )
        return step


def _rating(rating: float | None) -> str:
    return "not rated" if rating is None else f"{rating:.4g}"


def _span(row: Mapping[str, Any]) -> str:
    """Return which part of its recording an utterance is, in words; empty for all of it."""
    if row["start"] is None and row["end"] is None:
        return ""
    end = "its end" if row["end"] is None else f"{row['end']:g} s"
    return f" of {row['file']}, from {row['start'] or 0:g} s to {end}"


def _kind(path: str) -> str | None:
    place = layout.parse(path)
    return place.kind if place else None


def _files(paths: Sequence[str]) -> str:
    return f"{len(paths)} file{'s' * (len(paths) != 1)}"
