"""Where every file of ``results/``, ``resources/`` and ``paper/`` is: one function a kind builds its path.

Called with ``"{corpus}"`` and the like a function gives the pattern that a rule of Snakemake needs;
:func:`parse` is the way back.  The plan, ``explain``, ``verify`` and the lock import this module.  No job
does, since Snakemake gives a job its paths: a new path then reruns nothing.
"""

import re
from collections.abc import Callable
from functools import cache
from inspect import signature
from typing import NamedTuple, TypeVar

LOGS = "results/logs"
BENCHMARKS = "results/benchmarks"
PROVENANCE = "results/provenance"
UNFINISHED = "results/unfinished"
RUNS = "results/runs"
SCORES = "results/scores"
DIFFERENCES = "results/differences"
FINDINGS = "results/findings"
TRANSCRIPTS = "results/transcripts"
PREFIX = "results/prefix"
RESTORED = "results/restored.json"
MADE_CORPORA = "resources/made"
MODELS = "resources/models"
WEIGHTS = "resources/weights"
TABLES = "paper/tables"
FIGURES = "paper/figures"
SPACE = "space"

SUFFIXES_OF_TABLES = ("tex", "md", "csv", "html", "json")
SUFFIXES_OF_FIGURES = ("pdf", "png")
WITHIN = "within"
"""Stands for the own corpus in the name of a file of predictions."""

Builder = TypeVar("Builder", bound=Callable[..., str])
NUMBERS = ("fold", "seed", "layers", "shard")
OF_FOLDERS = ("path",)
_BUILDERS: dict[str, Callable[..., str]] = {}


class Place(NamedTuple):
    """What a path says: the name of the function that builds it, and its arguments as text."""

    kind: str
    parts: dict[str, str]


def parse(path: str) -> Place | None:
    """Return what a path is; None for one that no function of this module builds.

    Examples
    --------
    >>> parse("results/features/is09/meld/003.parquet").kind
    'features'
    >>> parse("results/scores/ravdess_loso_is09_svm.parquet").parts
    {'score': 'ravdess_loso_is09_svm'}
    """
    for kind, pattern in _patterns().items():
        match = pattern.fullmatch(path)
        if match:
            return Place(kind, match.groupdict())
    return None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(_as_expression(template(build))) for kind, build in _BUILDERS.items()}


def _as_expression(pattern: str) -> str:
    def group(match: re.Match[str]) -> str:
        values = "[0-9]+" if match[1] in NUMBERS else ".+" if match[1] in OF_FOLDERS else "[^/]+"
        return f"(?P<{match[1]}>{values})"

    return re.sub(r"\\{(\w+)\\}", group, re.escape(pattern))


def template(build: Callable[..., str]) -> str:
    """Return the pattern of a function of this module, with its parameters in braces."""
    return build(*(f"{{{name}}}" for name in signature(build).parameters))


def _path(build: Builder) -> Builder:
    _BUILDERS[build.__name__] = build
    return build


def _number(shard: int | str) -> str:
    return shard if isinstance(shard, str) else f"{shard:03}"


def _length(seconds: float | str) -> str:
    return seconds if isinstance(seconds, str) else f"{seconds:g}"


@_path
def made_corpus(corpus: str) -> str:
    """Return the path of an archive of a corpus that was fetched, repacked or synthesised."""
    return f"resources/made/{corpus}.zip"


@_path
def encoder_file(encoder: str, file: str) -> str:
    """Return the path of a file of an encoder that was fetched or made."""
    return f"resources/weights/{encoder}/{file}"


@_path
def checkpoint(asr: str) -> str:
    """Return the path of a checkpoint of Whisper that was fetched or made."""
    return f"resources/weights/{asr}.pt"


@_path
def manifest(corpus: str) -> str:
    """Return the path of the utterances of a corpus."""
    return f"results/corpora/{corpus}/manifest.parquet"


@_path
def votes(corpus: str) -> str:
    """Return the path of what annotators said of the utterances of a corpus."""
    return f"results/votes/{corpus}.parquet"


@_path
def audio(corpus: str, shard: int | str) -> str:
    """Return the path of a shard of a corpus as audio at 16 kHz."""
    return f"results/corpora/{corpus}/audio/{_number(shard)}.parquet"


@_path
def levels(corpus: str, shard: int | str) -> str:
    """Return the path of the levels of the recordings of a shard."""
    return f"results/corpora/{corpus}/levels/{_number(shard)}.parquet"


@_path
def near_duplicates(corpus: str) -> str:
    """Return the path of the recordings of a corpus that share sound."""
    return f"results/near_duplicates/{corpus}.parquet"


@_path
def protocol(corpus: str, protocol: str) -> str:
    """Return the path of the folds of a protocol on a corpus."""
    return f"results/protocols/{corpus}/{protocol}.parquet"


@_path
def features(feature_set: str, corpus: str, shard: int | str) -> str:
    """Return the path of a feature set of a shard."""
    return f"results/features/{feature_set}/{corpus}/{_number(shard)}.parquet"


@_path
def transcripts(asr: str, corpus: str, shard: int | str) -> str:
    """Return the path of the transcripts of a shard by a Whisper."""
    return f"results/transcripts/{asr}/{corpus}/{_number(shard)}.parquet"


@_path
def unfinished_transcripts(asr: str, corpus: str, shard: int | str) -> str:
    """Return the path of the folder in which a transcription that was killed resumes."""
    return f"results/unfinished/transcripts/{asr}/{corpus}/{_number(shard)}"


@_path
def states(encoder: str, seconds: float | str, corpus: str, shard: int | str) -> str:
    """Return the path of pooled states of a shard, of at most some seconds of each recording."""
    return f"results/states/{encoder}/{_length(seconds)}s/{corpus}/{_number(shard)}.parquet"


@_path
def prefix(encoder: str, layers: int | str, seconds: float | str, corpus: str, shard: int | str) -> str:
    """Return the path of what the frozen lowest layers of an encoder give for a shard."""
    return f"results/prefix/{encoder}/{layers}/{_length(seconds)}s/{corpus}/{_number(shard)}.safetensors"


@_path
def speaker_embeddings(speaker_encoder: str, corpus: str, shard: int | str) -> str:
    """Return the path of the embeddings of a shard by a speaker encoder."""
    return f"results/speakers/{speaker_encoder}/{corpus}/{_number(shard)}.parquet"


@_path
def speaker_threshold(pseudo: str) -> str:
    """Return the path of the threshold of an entry of pseudo-speakers, from another corpus."""
    return f"results/speaker_thresholds/{pseudo}.parquet"


@_path
def pseudo_speakers(pseudo: str, corpus: str) -> str:
    """Return the path of the pseudo-speakers of a corpus."""
    return f"results/speakers/{pseudo}/{corpus}.parquet"


@_path
def speaker_measures(pseudo: str, corpus: str) -> str:
    """Return the path of what the pseudo-speakers of a corpus are worth against its known speakers."""
    return f"results/speaker_measures/{pseudo}/{corpus}.parquet"


@_path
def voice_thresholds(pseudo: str) -> str:
    """Return the path of the distances that part two voices, from the calibration corpus of an entry."""
    return f"results/voice_thresholds/{pseudo}.parquet"


@_path
def single_voices(pseudo: str, corpus: str) -> str:
    """Return the path of which speakers and genders of a corpus seem to be one voice."""
    return f"results/voice_audit/{pseudo}/{corpus}.parquet"


@_path
def speaker_probe(feature_set: str, corpus: str) -> str:
    """Return the path of how well speakers are told from a feature set."""
    return f"results/speaker_probes/{feature_set}/{corpus}.parquet"


@_path
def corpus_audit(corpus: str) -> str:
    """Return the path of the audit of a corpus without its protocols."""
    return f"results/audit/{corpus}/corpus.parquet"


@_path
def protocol_audit(corpus: str, protocol: str) -> str:
    """Return the path of the audit of a protocol on a corpus."""
    return f"results/audit/{corpus}/protocols/{protocol}.parquet"


@_path
def transcript_audit(corpus: str, asr: str) -> str:
    """Return the path of the audit of the transcripts of a corpus by a Whisper."""
    return f"results/audit/{corpus}/transcripts/{asr}.parquet"


@_path
def voice_audit(corpus: str, pseudo: str) -> str:
    """Return the path of the audit of the voices of a corpus and of its protocols."""
    return f"results/audit/{corpus}/voices/{pseudo}.parquet"


@_path
def audit(corpus: str) -> str:
    """Return the path of the audit of a corpus and of the protocols used on it."""
    return f"results/audit/{corpus}.parquet"


@_path
def readable_audit(corpus: str) -> str:
    """Return the path of the audit of a corpus as CSV."""
    return f"results/audit/{corpus}.csv"


@_path
def audit_page() -> str:
    """Return the path of the page with the audits of all corpora."""
    return "audit.html"


@_path
def audit_summary() -> str:
    """Return the path of what a terminal shows of the audits."""
    return "results/audit/summary.txt"


@_path
def run_summary() -> str:
    """Return the path of what a terminal shows of the scores."""
    return "results/summary.txt"


@_path
def run(experiment: str, fold: int | str, seed: int | str) -> str:
    """Return the path of the folder of a run of a fine-tuned experiment."""
    return f"results/runs/{experiment}/{fold}/{seed}"


@_path
def run_model(experiment: str, fold: int | str, seed: int | str) -> str:
    """Return the path of the weights of a run."""
    return f"results/runs/{experiment}/{fold}/{seed}/model.safetensors"


@_path
def run_config(experiment: str, fold: int | str, seed: int | str) -> str:
    """Return the path of the description of a run's model."""
    return f"results/runs/{experiment}/{fold}/{seed}/config.json"


@_path
def run_log(experiment: str, fold: int | str, seed: int | str) -> str:
    """Return the path of the epochs of a run."""
    return f"results/runs/{experiment}/{fold}/{seed}/log.parquet"


@_path
def run_predictions(experiment: str, fold: int | str, seed: int | str) -> str:
    """Return the path of what a run predicts of its own test part."""
    return f"results/runs/{experiment}/{fold}/{seed}/predictions/within.parquet"


@_path
def run_card(experiment: str, fold: int | str, seed: int | str) -> str:
    """Return the path of the model card of a run, for people."""
    return f"results/runs/{experiment}/{fold}/{seed}/README.md"


@_path
def run_card_data(experiment: str, fold: int | str, seed: int | str) -> str:
    """Return the path of the model card of a run, for machines."""
    return f"results/runs/{experiment}/{fold}/{seed}/card.json"


@_path
def checkpoints(experiment: str) -> str:
    """Return the path of the folder in which a training that was killed resumes."""
    return f"results/runs/{experiment}/checkpoints"


@_path
def predictions(experiment: str, test: str = WITHIN) -> str:
    """Return the path of what all runs of an experiment predict of its own corpus, or of another one."""
    return f"results/runs/{experiment}/predictions/{test}.parquet"


@_path
def scores(score: str) -> str:
    """Return the path of the scores of an experiment or a transfer, by its name."""
    return f"results/scores/{score}.parquet"


@_path
def confusions(score: str) -> str:
    """Return the path of the confusions of an experiment or a transfer."""
    return f"results/confusions/{score}.parquet"


@_path
def fairness(score: str) -> str:
    """Return the path of differences between parts of the speakers, of an experiment or a transfer."""
    return f"results/fairness/{score}.parquet"


@_path
def human(score: str) -> str:
    """Return the path of what annotators reach beside an experiment or a transfer, on the same clips."""
    return f"results/human/{score}.parquet"


@_path
def disturbed_audio(corpus: str, condition: str, shard: int | str) -> str:
    """Return the path of a shard of a corpus as audio under a condition."""
    return f"results/disturbed/{corpus}/{condition}/audio/{_number(shard)}.parquet"


@_path
def disturbed_features(corpus: str, condition: str, feature_set: str, shard: int | str) -> str:
    """Return the path of a shard of the features of a corpus under a condition."""
    return f"results/disturbed/{corpus}/{condition}/features/{feature_set}/{_number(shard)}.parquet"


@_path
def disturbed_predictions(experiment: str) -> str:
    """Return the path of what an experiment predicts under conditions."""
    return f"results/runs/{experiment}/disturbed.parquet"


@_path
def robustness(experiment: str) -> str:
    """Return the path of what an experiment loses under conditions."""
    return f"results/robustness/{experiment}.parquet"


@_path
def differences(comparison: str) -> str:
    """Return the path of the differences between models, by corpus and protocol: ``<corpus>_<protocol>``."""
    return f"results/differences/{comparison}.parquet"


@_path
def dimension_scores(score: str) -> str:
    """Return the path of the scores of a rated experiment or transfer, by its name."""
    return f"results/dimensions/{score}.parquet"


@_path
def dimension_differences(comparison: str) -> str:
    """Return the path of the differences between rated models, by corpus and protocol."""
    return f"results/dimension_differences/{comparison}.parquet"


@_path
def pseudo_premiums() -> str:
    """Return the path of what it adds to scores to have pseudo-speakers in training and test."""
    return "results/pseudo_premiums.parquet"


@_path
def premiums() -> str:
    """Return the path of what leaking speakers add to scores."""
    return "results/premiums.parquet"


@_path
def sensitivity(corpus: str) -> str:
    """Return the path of scores on a corpus under other splits and at another sample rate."""
    return f"results/sensitivity/{corpus}.parquet"


@_path
def finding(finding: str) -> str:
    """Return the path of the claims of a finding with their verdicts."""
    return f"results/findings/{finding}.parquet"


@_path
def table(name: str, suffix: str = "tex") -> str:
    """Return the path of a table of the paper."""
    return f"paper/tables/{name}.{suffix}"


@_path
def figure(name: str, suffix: str = "pdf") -> str:
    """Return the path of a figure of the paper."""
    return f"paper/figures/{name}.{suffix}"


@_path
def numbers() -> str:
    """Return the path of the numbers of the paper's text."""
    return "paper/numbers.tex"


@_path
def texts() -> str:
    """Return the path of the sentences of a study for its paper, where it has no claims."""
    return "paper/texts.tex"


@_path
def report_page() -> str:
    """Return the path of the study's report for people."""
    return "report.html"


@_path
def pdf() -> str:
    """Return the path of the PDF of the paper."""
    return "paper/paper.pdf"


@_path
def supplement() -> str:
    """Return the path of the paper's supplement: what it has no room for."""
    return "paper/supplement.pdf"


@_path
def arxiv() -> str:
    """Return the path of the paper as arXiv takes it."""
    return "paper/arxiv.tar.gz"


@_path
def report() -> str:
    """Return the path of the HTML file with every table and figure."""
    return "paper/report.html"


@_path
def bundle() -> str:
    """Return the path of the results behind the paper, for another clone."""
    return "results/bundle.zip"


@_path
def bench_archive(bench: str) -> str:
    """Return the path of a benchmark in one zip."""
    return f"results/bench/{bench}.zip"


@_path
def bench_hidden(bench: str) -> str:
    """Return the path of the labels that a benchmark withholds."""
    return f"results/bench/{bench}.hidden.parquet"


@_path
def bench_folder(bench: str) -> str:
    """Return the path of the sums of a benchmark's folder, the last of its files."""
    return f"bench/{bench}/SHA256SUMS"


@_path
def workflow_crate() -> str:
    """Return the path of the workflow as an RO-Crate."""
    return "results/workflow_crate.zip"


@_path
def space(path: str) -> str:
    """Return the path of a file of the Hugging Face Space, by its path there."""
    return f"{SPACE}/{path}"


def log(rule: str, *parts: str) -> str:
    """Return the log of a job: of a rule, or of one of its jobs by what it is about."""
    return f"{'/'.join((LOGS, rule, *parts))}.log"


def benchmark(rule: str, *parts: str) -> str:
    """Return what Snakemake records of a job's time and memory."""
    return f"{'/'.join((BENCHMARKS, rule, *parts))}.tsv"
