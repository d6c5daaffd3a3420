"""The files of a workflow's folder as ``explain`` reads them: content, provenance, and whether they agree."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.reproduce.steps import BAD, Line, MadeBy, Step, pairs
from sarangi.runtime import commands, provenance, records
from sarangi.runtime.inventory import digest_of_input

WITHOUT_PROVENANCE = {
    "config.yaml": "written by hand",
    "costs.yaml": "recorded by python -m sarangi costs",
}
"""Files beside the results that no rule makes."""

Made = TypeVar("Made")


class Files:
    """The files of one folder, by their names in the workflow; what was read or hashed once is kept.

    Parameters
    ----------
    root
        Folder of the workflow, with ``results/`` and ``paper/``.
    """

    def __init__(self, root: Path):
        self.root = Path(root)
        self._kept: dict[tuple[str, ...], Any] = {}

    @property
    def verify(self) -> str:
        """The command that says what to do about a file that is bad."""
        return commands.snakemake("--cores 1 verify", self.root)

    def once(self, key: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """Return what ``make`` gives, called at the first time for a key."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    # -- content ------------------------------------------------------------------------------

    def text(self, file: str) -> str:
        """Return the text of a file; empty where there is none."""
        path = self.root / file
        return self.once(("text", file), lambda: path.read_text(encoding="utf-8") if path.exists() else "")

    def table(self, file: str) -> pd.DataFrame:
        """Return a table of results.

        Raises
        ------
        SarangiError
            If it cannot be read.
        """

        def read() -> pd.DataFrame:
            try:
                return store.read(self.root / file)
            except (OSError, pa.ArrowException) as error:
                raise SarangiError(
                    f"{file}: cannot be read ({error}); {self.verify} says what to do"
                ) from error

        return self.once(("table", file), read)

    def rows(self, file: str, columns: list[str]) -> Iterable[dict[str, Any]]:
        """Yield the rows of a file; none of one that is gone, or is not what its rule made."""
        record = self.record(file)
        if record is not None and self.digest(file) == record["sha256"]:
            yield from store.rows(self.root / file, columns)

    # -- provenance ---------------------------------------------------------------------------

    def record(self, file: str) -> dict[str, Any] | None:
        """Return the provenance of a file; None for one that no rule made."""
        if file.startswith(provenance.OF_PROJECT):
            return None
        return self.once(("record", file), lambda: records.read(file, self.root))

    def made_from(self, file: str) -> dict[str, str]:
        """Return the inputs of a file's job with their hashes; none of one that no rule made."""
        record = self.record(file)
        return record["inputs"] if record else {}

    def upstream(self, files: Sequence[str], own: Callable[[str], bool] = lambda path: True) -> list[str]:
        """Return all that files were made from, however far, as far as ``own`` says that it is theirs."""
        found: dict[str, None] = {}
        waiting = list(files)
        while waiting:
            for path in self.made_from(waiting.pop(0)):
                if path not in found and own(path):
                    found[path] = None
                    waiting.append(path)
        return list(found)

    def digest(self, file: str) -> str | None:
        """Return the sha256 of a file (of a folder, of its paths and contents); None where there is none."""
        name = provenance.located(file)
        here = (self.root / name).exists()
        return self.once(("digest", file), lambda: digest_of_input(name, self.root) if here else None)

    def named_digest(self, file: str, digest: str) -> str:
        """Return a digest with what it is of, in words."""
        if (self.root / provenance.located(file)).is_dir():
            return f"sha256 of paths and contents {digest}"
        return f"sha256 {digest}"

    def state(self, file: str) -> Line:
        """Return whether a file still has the bytes that its provenance states, in words."""
        record, here = self.record(file), self.digest(file)
        if record is None:
            if here is None:
                return Line("neither it nor its provenance is here")
            own = file.startswith(provenance.OF_PROJECT)
            unknown = "written by hand" if own else "no provenance says how it was made"
            return Line(f"{self.named_digest(file, here)} ({WITHOUT_PROVENANCE.get(file, unknown)})")
        if here is None:
            return Line(f"sha256 {record['sha256']} (the file is not here)")
        if here == record["sha256"]:
            return Line(f"sha256 {here} (the bytes that its rule made)")
        return Line(
            f"sha256 {here}: NOT THE BYTES that its rule made, {record['sha256']}; "
            f"{self.verify} says what to do",
            BAD,
        )

    def input_state(self, file: str, recorded: str) -> Line:
        """Return whether an input still has the bytes that a job read, in words."""
        here = self.digest(file)
        if here is None:
            return Line(f"sha256 {recorded} (not here)")
        if here == recorded:
            return Line(f"{self.named_digest(file, recorded)} (the same bytes)")
        return Line(
            f"{self.named_digest(file, recorded)}, but DIFFERENT BYTES are there now: {here}; "
            f"{self.verify} says what to do",
            BAD,
        )

    # -- steps --------------------------------------------------------------------------------

    def step(self, file: str, only: Iterable[str] | None = None, also: Sequence[str] = ()) -> Step:
        """Return a file with its provenance; of its inputs those of ``only``, and how many others."""
        step = Step(f"File: {file}", [self.state(file)])
        step.facts += [self.state(path).behind(f"{path}: ") for path in also]
        record = self.record(file)
        if record is None:
            return step
        step.made = MadeBy(
            file, record["rule"], pairs(record["wildcards"]), str(record["code"]), str(record["parameters"])
        )
        inputs = record["inputs"]
        shown = set(inputs if only is None else only)
        step.lines = [
            self.input_state(path, sum_).behind(f"from {path}: ")
            for path, sum_ in inputs.items()
            if path in shown
        ]
        if len(step.lines) < len(inputs):
            step.facts.append(f"its job also read {len(inputs) - len(step.lines)} files for other numbers")
        return step

    def step_with_upstream(self, file: str) -> Step:
        """Return a file with all that it was made from."""
        step = self.step(file)
        path = self.root / file
        if path.suffix == ".parquet" and path.exists() and "status" in pq.read_schema(path).names:
            step.facts.insert(0, self.counts(file))
        direct = self.made_from(file)
        behind = [path for path in self.upstream([file]) if path not in direct]
        if behind:
            lines: list[str] = [self.state(path).behind(f"{path}: ") for path in behind]
            step.steps.append(Step(f"Further behind it: {len(behind)} files", lines=lines))
        return step

    def counts(self, file: str) -> str:
        """Return how many rows of a table of utterances have which status, in words."""
        return in_words(Counter(row["status"] for row in self.rows(file, ["status"])))


def in_words(statuses: Counter) -> str:
    """Return how many rows have which status."""
    kinds = (store.OK, store.SKIPPED, store.FAILED)
    return f"{sum(statuses.values())} rows: {pairs({kind: statuses.get(kind, 0) for kind in kinds})}"
