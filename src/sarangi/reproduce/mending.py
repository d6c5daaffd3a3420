"""The commands that repair what verification found: one for what one run repairs, not one for each file."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sarangi.base import layout
from sarangi.runtime import commands, provenance

FEW = 3
"""Jobs up to which each has a command of its own, which makes nothing else again."""
LIST = f"{layout.LOGS}/bad_files"
"""The files that one command removes, as ``xargs -0`` reads them, named from the project's folder."""

Jobs = Mapping[str, tuple[Sequence[str], Sequence[str]]]


@dataclass(frozen=True)
class Fault:
    """A file that is not what it should be: what was found, and the command that repairs it."""

    file: str
    found: str
    command: str


def command_of(file: str, jobs: Jobs, restored: bool) -> str:
    """Return the command that repairs one file.

    Parameters
    ----------
    file
        As it is named in the folder of the workflow, which is the current one.
    jobs
        Inputs and outputs of the job of each file that is planned.
    restored
        Whether what is here came in a bundle.
    """
    if file in jobs:
        return commands.made_anew(jobs[file][1][0])
    removed = f"rm -f {commands.placed(file)} {commands.placed(provenance.place(file))}"
    return f"{removed} && {_put_back()}" if restored else removed


def removal(file: str) -> str:
    """Return the command that removes what is not a file of a result, such as a link to nothing."""
    return f"rm {commands.placed(file)}"


def _put_back() -> str:
    return commands.sarangi("restore BUNDLE.zip")


@dataclass(frozen=True)
class Mending:
    """What is needed to say how faults are repaired.

    Attributes
    ----------
    jobs, restored
        As :func:`command_of` takes them.
    targets
        What a run is asked for besides the default target, such as ``app``.
    left
        Returns the files that a run would make now, without being told that they are bad.
    """

    jobs: Jobs
    restored: bool
    targets: Sequence[str] = ()
    left: Callable[[], Collection[str]] = frozenset

    def shared(self, faults: Sequence[Fault]) -> list[Fault]:
        """Return faults, those that need more than a few commands with one for all, which comes first.

        A change of the configuration or the code makes as many files stale as there are jobs behind it, and
        what took away a folder took many: a plain run makes them again.  Of what Snakemake takes for done
        the files are removed first, listed in a file of the logs, since a command may not be as long as that.
        """
        ordinary = [fault for fault in faults if fault.command in self._own(fault.file)]
        if len({fault.command for fault in ordinary}) <= FEW:
            return list(faults)
        left = self.left()
        run = {fault.file: self._run() for fault in ordinary if fault.file in left}
        others = [fault for fault in ordinary if fault.file not in run]
        if len({fault.command for fault in others}) > FEW:
            run |= self._removed(self._removable(others))
        changed = [
            replace(fault, command=run.get(fault.file, fault.command)) if fault in ordinary else fault
            for fault in faults
        ]
        order = [self._run(), *(fault.command for fault in changed)]
        return sorted(changed, key=lambda fault: order.index(fault.command))

    def _own(self, file: str) -> tuple[str, str]:
        """Return the commands that repair a file alone, of one that cannot be looked at the second."""
        return command_of(file, self.jobs, self.restored), removal(file)

    def _run(self) -> str:
        wanted = f" -- all {' '.join(map(commands.quoted, self.targets))}" if self.targets else ""
        return commands.snakemake(f"--cores 1{wanted}")

    def _removable(self, faults: Sequence[Fault]) -> list[str]:
        """Return the files that a run makes again where they are gone, or that no job makes."""
        bad = {fault.file for fault in faults}
        read = {file for fault in faults if fault.file in self.jobs for file in self.jobs[fault.file][0]}
        return [
            file
            for file in sorted(bad)
            # a corpus or weights are asked for where something needs them or their provenance is here
            if not file.startswith("resources/") or file in read or provenance.place(file).exists()
        ]

    def _removed(self, files: Sequence[str]) -> dict[str, str]:
        """Write the files to be removed into their list, and return the command of each."""
        gone = set()
        for file in files:
            gone |= set(self.jobs[file][1]) if file in self.jobs else {file, str(provenance.place(file))}
        folder = commands.folder_of()
        Path(LIST).parent.mkdir(parents=True, exist_ok=True)
        Path(LIST).write_bytes(b"".join(bytes(folder / file) + b"\0" for file in sorted(gone)))
        removed = f"xargs -0 rm -f -- < {commands.placed(LIST)}"
        made = [file for file in files if file in self.jobs]
        back = [_put_back()] if self.restored and len(made) < len(files) else []
        return dict.fromkeys(files, " && ".join([removed, *back, *([self._run()] if made else [])]))
