"""What each input of a network is for an utterance: sound, states or tokens, read as they are needed."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from sarangi.audio.flac import decode, samples_in
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.text_checks import ALL, PASSED, Check
from sarangi.corpora.utterance import turn_of
from sarangi.models.runs import CorpusShards
from sarangi.models.settings import layers_and_width
from sarangi.models.shortest import needed_by, too_short
from sarangi.models.speech_states import prepared
from sarangi.models.tokenizers import load_tokenizer, tokens_of
from sarangi.models.word_controls import controlled

CORPUS = "corpus"
"""Words of the manifest, and not of transcripts."""
NO_WORDS = "no words, which the model needs"
Give = Callable[[str], Tensor]
"""Gives an input of an utterance by its id."""


@contextmanager
def inputs_of(
    described: Mapping[str, Any],
    rows: pd.DataFrame,
    corpus: CorpusShards,
    wanted: set[str],
    parts: Mapping[str, str] | None = None,
) -> Iterator[tuple[dict[str, Give], pd.DataFrame]]:
    """Yield what gives each input of an utterance by its id, and the status and reason of each utterance.

    The audio decides which utterances can be used; without an audio branch the transcripts do, or the
    manifest where the words are the corpus's own.  Of those, one without words is skipped where words are
    read, and one too short for a frame of the encoder has failed.

    Parameters
    ----------
    described
        From :func:`sarangi.models.finetuning.describe`.
    rows : data frame of utterance_id, text, status and reason
        The whole manifest.
    corpus
        With that manifest.
    wanted
        Ids of the utterances that are asked for.
    parts
        Part of the split by utterance, within which a control of the words shuffles them; without it, it
        does so within all that are wanted.

    Raises
    ------
    SarangiError
        If there is a text branch and no wanted utterance has words.
    """
    give: dict[str, Give] = {}
    words: Mapping[str, str] | None = None
    of_words: pd.DataFrame | None = None
    present = rows.set_index("utterance_id")[["status", "reason"]]
    with ExitStack() as stack:
        if "text" in described:
            read = _texts(described["text"], rows, corpus, wanted)
            give["tokens"] = _tokens(described["text"], read.texts, wanted, parts)
            words, of_words = read.words, read.present
            present = present if of_words is None else of_words
        if "states" in described.get("audio", ()):
            means, present = stack.enter_context(pooled(corpus.shards["pooled_states"], wanted))
            shape = (-1, layers_and_width(described["audio"]["encoder"])[1])
            give["signals"] = lambda utterance_id: torch.from_numpy(means(utterance_id)).view(shape).float()
        elif "audio" in described:
            recording, present = stack.enter_context(
                recordings(corpus.shards["audio"], wanted, samples_heard(described))
            )
            kept = Prefixes(corpus.shards.get("prefix_states", ()))
            give["signals"] = Signals(described, recording, kept)
        if words is not None:
            present = skip_wordless(present, words, of_words)
        yield give, present


class _Read(NamedTuple):
    """The texts of utterances with their context, their own words, and the status of transcripts, if any."""

    texts: Mapping[str, Sequence[str]]
    words: Mapping[str, str]
    present: pd.DataFrame | None


def _texts(entry: Mapping[str, Any], rows: pd.DataFrame, corpus: CorpusShards, wanted: set[str]) -> _Read:
    """Return the texts of the whole manifest."""
    where, present = corpus.manifest, None
    words = rows.set_index("utterance_id")["text"].dropna().to_dict()
    if entry["words"] != CORPUS:
        where = corpus.shards["transcripts"][0].parent
        columns = ["utterance_id", "text", "status", "reason", "avg_logprob", "failed_check"]
        heard = pd.concat(store.read(shard, columns) for shard in corpus.shards["transcripts"])
        heard = accepted(heard.set_index("utterance_id"), entry.get("accept", PASSED))
        words, present = heard["text"].dropna().to_dict(), heard[["status", "reason"]]
    if not any(words.get(utterance_id, "").strip() for utterance_id in wanted):
        raise SarangiError(
            f"{where}: no utterance has words that the model accepts, and it has a text branch; give it the "
            "transcripts of an entry of asr (words: <name>; accept: all takes those, too, that fail "
            "Whisper's checks), or take the corpus out of the experiment"
        )
    return _Read(in_context(rows["utterance_id"], words, entry["context_turns"]), words, present)


def accepted(heard: pd.DataFrame, accept: str | float) -> pd.DataFrame:
    """Return transcripts without the texts that a text branch does not take, each with the reason why.

    Parameters
    ----------
    heard : data frame of text, status, reason, avg_logprob and failed_check
    accept
        :data:`~sarangi.base.text_checks.PASSED`: texts that pass Whisper's checks;
        :data:`~sarangi.base.text_checks.ALL`; or a number: texts that do not repeat themselves and whose
        mean log probability is at least that.
    """
    if accept == ALL:
        return heard
    spoken = heard["text"].fillna("").str.strip() != ""
    if accept == PASSED:
        # the reason says so already
        return heard.assign(text=heard["text"].mask(spoken & heard["failed_check"].notna(), None))
    repeats = spoken & (heard["failed_check"] == Check.REPETITION)
    improbable = spoken & ~repeats & ~(heard["avg_logprob"] >= accept)
    said = [
        f"log probability {logprob:.2f}, below {accept}" if below else reason
        for logprob, below, reason in zip(heard["avg_logprob"], improbable, heard["reason"], strict=True)
    ]
    return heard.assign(text=heard["text"].mask(repeats | improbable, None), reason=said)


def _tokens(
    entry: Mapping[str, Any],
    texts: Mapping[str, Sequence[str]],
    wanted: set[str],
    parts: Mapping[str, str] | None,
) -> Give:
    """Return what gives the tokens of a wanted utterance."""
    tokenizer = load_tokenizer(entry["tokenizer"], entry["encoder"], entry["max_tokens"], entry["name"])
    if "control" in entry:
        asked = {name: turns for name, turns in texts.items() if name in wanted}
        texts = controlled(asked, entry["control"], parts)

    def tokens(utterance_id: str) -> Tensor:
        text = tokenizer.sep_token.join(texts[utterance_id])
        return torch.tensor(tokens_of(tokenizer, text, entry["max_tokens"], entry["name"]))

    return tokens


def skip_wordless(
    present: pd.DataFrame, words: Mapping[str, str], of_words: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the status and reason of utterances, of which a usable one without words is skipped.

    Parameters
    ----------
    present : data frame of status and reason, indexed by utterance_id
    words
        By utterance.
    of_words
        As ``present``, of transcripts, whose reason then says why there are no words.
    """
    spoken = [bool(words.get(utterance_id, "").strip()) for utterance_id in present.index]
    wordless = (present["status"] == store.OK) & ~np.array(spoken, dtype=bool)
    present = present.astype({"reason": object})
    if not wordless.any():
        return present
    said = (present if of_words is None else of_words)["reason"].to_dict()
    why = [said.get(utterance_id) for utterance_id in present.index[wordless]]
    present.loc[wordless, "status"] = store.SKIPPED
    present.loc[wordless, "reason"] = [
        f"{NO_WORDS} ({text})" if isinstance(text, str) else NO_WORDS for text in why
    ]
    return present


def samples_heard(described: Mapping[str, Any]) -> int:
    """Return how many samples a clip needs for the audio branch of a described model; 0: any."""
    # what is padded to one length is taken with its padding
    return 0 if described.get("replay") else needed_by(described["audio"]["encoder"])


def sound_of(described: Mapping[str, Any], signal: np.ndarray) -> Tensor:
    """Return a clip as the audio branch of a described model takes it: see ``prepared``."""
    audio = described["audio"]
    return prepared(signal, audio["max_audio_s"], audio["normalise"], bool(described.get("replay")))


class Signals:
    """Gives the signal of an utterance, or what a prefix computed from it where that is kept.

    Parameters
    ----------
    described
        From :func:`sarangi.models.finetuning.describe`.
    recording
        Gives the sound of an utterance, float32 of shape (samples,).
    kept
        What a prefix gave.
    """

    def __init__(
        self, described: Mapping[str, Any], recording: Callable[[str], np.ndarray], kept: "Prefixes"
    ) -> None:
        self._described, self._recording, self._kept = described, recording, kept

    def __call__(self, utterance_id: str) -> Tensor:
        """Return the signal of an utterance as the network takes it."""
        if utterance_id in self._kept:
            return self._kept[utterance_id].float()
        return sound_of(self._described, self._recording(utterance_id))

    def changed(self, change: Callable[[str, np.ndarray], np.ndarray]) -> Give:
        """Return the same of sound that is changed first, by the utterance's id and its sound."""
        return lambda name: sound_of(self._described, change(name, self._recording(name)))


def in_context(utterance_ids: Iterable[str], words: Mapping[str, str], turns: int) -> dict[str, list[str]]:
    """Return the words of each utterance behind those of the turns before it in its dialogue.

    Parameters
    ----------
    utterance_ids
        Of the whole manifest; what is not there is nobody's context.
    words
        By utterance; one without has an empty text, and is left out of the context of others.
    turns
        Turns before, at most.  A corpus without dialogues has none.
    """
    dialogues = defaultdict(list)
    for utterance_id in utterance_ids:
        dialogue, turn = turn_of(utterance_id) or (utterance_id, 0)
        dialogues[dialogue].append((turn, utterance_id))
    found = {}
    for said in dialogues.values():
        ordered = [utterance_id for _, utterance_id in sorted(said)]
        for place, utterance_id in enumerate(ordered):
            before = [words.get(name, "") for name in ordered[max(0, place - turns) : place]]
            found[utterance_id] = [*filter(str.strip, before), words.get(utterance_id, "")]
    return found


@contextmanager
def recordings(
    shards: Sequence[Path], wanted: set[str], needed: int = 0
) -> Iterator[tuple[Callable, pd.DataFrame]]:
    """Yield the encoded sound of utterances by id, mapped from disk, and the status of each.

    One of fewer samples than ``needed`` has failed.

    The bytes go once into an uncompressed file in the folder for temporary files: training reads
    clips at random, and memory does not grow with the corpus.
    """
    schema = pa.schema([("flac", pa.large_binary())])
    places: dict[str, int] = {}
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "recordings.arrow")
        with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, schema) as writer:
            for shard in shards:
                for row in store.rows(shard):
                    if row["utterance_id"] not in wanted:
                        continue
                    line = {name: row[name] for name in ("utterance_id", "status", "reason")}
                    if line["status"] == store.OK:
                        why = too_short(samples_in(row["audio"]["bytes"]), needed)
                        line |= {"status": store.FAILED, "reason": why} if why else {}
                    found.append(line)
                    if line["status"] == store.OK:
                        places[row["utterance_id"]] = len(places)
                        writer.write_table(pa.table({"flac": [row["audio"]["bytes"]]}, schema))
        present = pd.DataFrame(found, columns=["utterance_id", "status", "reason"]).set_index("utterance_id")
        with pa.memory_map(path) as mapped:
            reader = pa.ipc.open_file(mapped)

            def read(utterance_id: str) -> np.ndarray:
                batch = reader.get_batch(places[utterance_id])
                return decode(batch.column(0)[0].as_py())

            yield read, present


@contextmanager
def pooled(shards: Sequence[Path], wanted: set[str]) -> Iterator[tuple[Callable, pd.DataFrame]]:
    """Yield what gives the pooled states of an utterance by id, and the status of each.

    They go once into a file in the folder for temporary files, as the :func:`recordings` do.
    """
    places: dict[str, int] = {}
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pooled.float16"
        with path.open("wb") as file:
            for shard in shards:
                table = store.read(shard, ["utterance_id", "status", "reason", "pooled"])
                table = table[table["utterance_id"].isin(wanted)]
                found.append(table[["utterance_id", "status", "reason"]])
                ok = table[table["status"] == store.OK]
                for utterance_id, values in zip(ok["utterance_id"], ok["pooled"], strict=True):
                    places[utterance_id] = len(places)
                    file.write(values.astype(np.float16).tobytes())
        if places:
            matrix = np.memmap(path, np.float16, "r").reshape(len(places), -1)
        yield (
            lambda utterance_id: np.array(matrix[places[utterance_id]]),
            pd.concat(found).set_index("utterance_id"),
        )


class Prefixes:
    """What a frozen prefix gave for utterances, by id, mapped from disk.

    Parameters
    ----------
    shards
        From :func:`sarangi.models.prefix_states.prefix_states`.
    """

    def __init__(self, shards: Sequence[Path]) -> None:
        self._shard_of: dict[str, safe_open] = {}
        for shard in shards:
            try:
                opened = safe_open(shard, "pt")
            except (OSError, SafetensorError) as error:
                raise SarangiError(
                    f"{shard}: not whole ({error}). Delete it and run the same command again: Snakemake "
                    "rebuilds it."
                ) from error
            self._shard_of |= dict.fromkeys(opened.keys(), opened)

    def __contains__(self, utterance_id: str) -> bool:
        return utterance_id in self._shard_of

    def __getitem__(self, utterance_id: str) -> Tensor:
        return self._shard_of[utterance_id].get_tensor(utterance_id)
