"""Files of a checkpoint, written while the next epoch trains."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from torch import Tensor


def in_memory(state: Any) -> Any:
    """Return a state with copies of its tensors in the computer's memory, which training does not change.

    Parameters
    ----------
    state
        Tensors and other values, in dicts, lists and tuples of any depth.
    """
    if isinstance(state, Tensor):
        return state.detach().to("cpu", copy=True).contiguous()
    if isinstance(state, dict):
        return {name: in_memory(value) for name, value in state.items()}
    if isinstance(state, list | tuple):
        return type(state)(map(in_memory, state))
    return state


class CheckpointWriter:
    """Writes one file after the other in a thread of its own; each has its name only once it is whole."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "checkpoints")
        self._writing: list[Future] = []

    def write(self, path: Path, save: Callable[[Any, Path], Any], state: Any) -> None:
        """Have a state written as it is now.

        Parameters
        ----------
        path
            Of the file; its folder is made.
        save
            Writes the state to a file.
        state
            As :func:`in_memory` takes it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writing.append(self._pool.submit(_write, path, save, in_memory(state)))

    def wait(self) -> None:
        """Return when all files are written; raise what stopped one."""
        writing, self._writing = self._writing, []
        for each in writing:
            each.result()

    def close(self) -> None:
        """Write what is left, and nothing after that."""
        self._pool.shutdown()


def _write(path: Path, save: Callable[[Any, Path], Any], state: Any) -> None:
    part = path.with_name(f"{path.name}.part")
    save(state, part)
    part.replace(path)
