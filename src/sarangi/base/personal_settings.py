"""The user's own settings, and which of them no result may depend on.

Programs and libraries read variables and files of whoever runs them.  What changes bytes is closed, in two
places: where a job begins (:func:`close`, and :func:`before_python` for what the interpreter reads before any
code of ours), and where another program is started (:func:`for_program`, which lets through only what it
names).  What only leads to the network (index, proxy, certificates, credentials) passes, since what is
fetched is known by its hash.

``LD_LIBRARY_PATH`` and ``LD_PRELOAD`` pass, too: on a cluster they lead to the interpreter's own libraries.
"""

import contextlib
import os
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, MutableMapping
from fnmatch import fnmatchcase
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple


class Closed(NamedTuple):
    """Variables that are taken away, or get a value of ours.

    Attributes
    ----------
    names
        Patterns of their names (:mod:`fnmatch`).
    why
        What they would change.
    but
        Names among these that change nothing in a result.
    """

    names: tuple[str, ...]
    why: str
    but: tuple[str, ...] = ()

    def holds(self, name: str) -> bool:
        """Whether a variable is one of them."""
        return name not in self.but and any(fnmatchcase(name, pattern) for pattern in self.names)


READ_AT_START = (
    Closed(
        ("PYTHON*",),
        "modules before the installed ones, assertions, warnings, encodings, the order of sets",
        but=("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONFAULTHANDLER"),
    ),
    Closed(("GLIBC_TUNABLES",), "which code of the mathematical functions runs"),
    Closed(("TQDM_*",), "a value that is not a number stops the import"),
)
"""What the interpreter and the loader read before a job's first line, and the plan before it begins."""

CLOSED = (
    *READ_AT_START,
    Closed(("LC_*", "LANG", "LANGUAGE", "TZ"), "words, numbers and times of programs"),
    Closed(("SOURCE_DATE_EPOCH", "FORCE_SOURCE_DATE"), "times inside files"),
    Closed(
        ("OMP_*", "GOMP_*", "KMP_*", "MKL_*", "OPENBLAS_*", "GOTO_*", "BLIS_*", "VECLIB_*", "NUMEXPR_*"),
        "threads and code of linear algebra: other last digits",
    ),
    Closed(("NPY_*", "NUMPY_*", "NUMBA_*", "SCIPY_*"), "code and types of arrays"),
    Closed(("PANDAS_*", "ARROW_*"), "types of columns, code that reads them"),
    Closed(("SKLEARN_*", "JOBLIB_*", "LOKY_*"), "memory, threads and checks of estimators"),
    Closed(
        ("TORCH*", "PYTORCH_*", "ATEN_*", "DNNL_*", "ONEDNN_*", "CUBLAS_*", "CUBLASLT_*", "CUDNN_*",
         "NVIDIA_TF32_*"),
        "precision and code of tensors",
        but=("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF", "TORCHINDUCTOR_CACHE_DIR"),
    ),
    Closed(("CT2_*",), "precision and code of CTranslate2"),
    Closed(
        ("HF_*", "HUGGINGFACE_*", "TRANSFORMERS_*", "ACCELERATE_*", "TOKENIZERS_*", "SAFETENSORS_*",
         "USE_TORCH", "USE_TF", "USE_FLAX", "USE_JAX", "FORCE_TF_AVAILABLE"),
        "which kernels and files models are made from",
        but=(
            "HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT", "HF_TOKEN", "HF_TOKEN_PATH", "HF_HUB_OFFLINE",
            "HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT",
        ),
    ),
    Closed(("MPL*", "MATPLOTLIB*", "FREETYPE_*", "FONTCONFIG_*"), "figures", but=("MPLCONFIGDIR",)),
    Closed(("IMAGEIO_*", "FFREPORT", "FFMPEG_*", "AV_LOG_*"), "which ffmpeg runs, and what it says"),
    Closed(("ESPEAK_*",), "voices"),
)  # fmt: skip
"""What a job is kept from, each with why."""

OURS = {
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONSAFEPATH": "1",  # no module of the folder that a program is started in
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "MPLBACKEND": "agg",
    "MATPLOTLIBRC": os.devnull,
}
"""What closed variables are instead."""

MATPLOTLIB, STYLES = "matplotlib", "matplotlib.style"

SOURCE = Path(__file__).parents[2]
"""Where this library lies, for the interpreters that a job starts."""

NEEDED = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What every program is let see, besides what is ours."""

TO_THE_NETWORK = (
    "[Hh][Tt][Tt][Pp]_[Pp][Rr][Oo][Xx][Yy]", "[Hh][Tt][Tt][Pp][Ss]_[Pp][Rr][Oo][Xx][Yy]",
    "[Aa][Ll][Ll]_[Pp][Rr][Oo][Xx][Yy]", "[Nn][Oo]_[Pp][Rr][Oo][Xx][Yy]",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_*", "GIT_PROXY_*",
    "GIT_ASKPASS", "SSH_ASKPASS", "SSH_AUTH_SOCK", "GIT_SSH", "GIT_SSH_COMMAND",
)  # fmt: skip
"""Patterns of what only leads to the network."""


def close(environment: MutableMapping[str, str]) -> None:
    """Keep what would change results out of an environment, before the libraries that read it load."""
    _close(environment, CLOSED, OURS | _found_in(SOURCE))
    time.tzset()
    if not any(isinstance(finder, _Elsewhere) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Elsewhere())


class _Elsewhere(MetaPathFinder):
    """Has matplotlib begin in its own folders: where it looks first for a ``matplotlibrc``, and for styles.

    No variable comes before these, and a file there that is not UTF-8 would end the import.
    """

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """Return matplotlib's own spec, and leave every other module to the other finders."""
        if name not in (MATPLOTLIB, STYLES):
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None and spec.origin is not None:
            begin, own = spec.loader.exec_module, Path(spec.origin).parent

            def begun(module: ModuleType) -> None:
                with contextlib.chdir(own) if name == MATPLOTLIB else _configured_in(own):
                    begin(module)

            spec.loader.exec_module = begun  # type: ignore[method-assign]
        return spec


@contextlib.contextmanager
def _configured_in(folder: Path) -> Iterator[None]:
    matplotlib: Any = sys.modules[MATPLOTLIB]
    its = matplotlib.get_configdir
    matplotlib.get_configdir = lambda: str(folder)
    try:
        yield
    finally:
        matplotlib.get_configdir = its


def before_python(environment: MutableMapping[str, str], source: Path) -> None:
    """Keep out what an interpreter reads before its first line, for the jobs that this process starts.

    Parameters
    ----------
    environment
        Of this process, which its jobs inherit.
    source
        Folder of this library, the only one that stands before the installed packages.
    """
    ours = {name: value for name, value in OURS.items() if name.startswith("PYTHON")}
    _close(environment, READ_AT_START, ours | _found_in(source))


def _found_in(source: Path) -> dict[str, str]:
    """Return the variable by which interpreters find the library; none where it is one of their packages.

    Those would come before the standard library, and before the packages of a rule's own environment.
    """
    installed = source.resolve() == Path(sysconfig.get_path("purelib")).resolve()
    return {} if installed else {"PYTHONPATH": str(source)}


def _close(
    environment: MutableMapping[str, str], closed: tuple[Closed, ...], ours: Mapping[str, str]
) -> None:
    for name in [name for name in environment if any(row.holds(name) for row in closed)]:
        del environment[name]
    environment.update(ours)


def for_program(home: Path, network: bool = False) -> dict[str, str]:
    """Return the environment of a program that another process is: nothing of the user's that it could read.

    Parameters
    ----------
    home
        An empty folder: personal files are looked for there.
    network
        Whether it may see what leads to the network.
    """
    patterns = TO_THE_NETWORK if network else ()
    seen = {
        name: value
        for name, value in os.environ.items()
        if name in NEEDED or any(fnmatchcase(name, pattern) for pattern in patterns)
    }
    return seen | {"HOME": str(home), "LC_ALL": OURS["LC_ALL"], "TZ": OURS["TZ"]}
