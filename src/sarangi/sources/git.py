"""Fetching a git repository at a commit."""

import contextlib
import logging
import os
import re
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sarangi.base.errors import SarangiError
from sarangi.sources.proxies import environment_of_git, proxy_of, without_secrets
from sarangi.sources.repack import LARGEST_RATIO, LARGEST_TOTAL

log = logging.getLogger("sarangi")

SECONDS_OF_SILENCE = 30
SECONDS_WITHOUT_PROGRESS = 300  # a server may count the objects of a large repository for long
PROTOCOLS = "file:git:http:https:ssh"
ADDRESS = re.compile(
    r"(?!.*[?&;]([^=&]*[-_])?(?i:token|key|api_?key|sig|signature|secret|passw(or)?d|pwd|auth|credential)=)"
    r"(https?://[^-/@\s][^/@\s]*(/\S*)?|(ssh|git)://([^-/:@\s][^/:@\s]*@)?[^-/@\s][^/@\s]*/\S*|file:///\S+"
    r"|[^-/:@\s][^/:@\s]*@[^-/:@\s][^/:@\s]*:[^:\s]\S*|[^-:\s][^:\r\n]*)"
)
"""Of a repository: no option, no command (``ext::``), no password; as in the configuration's schema."""
SETTINGS = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.attributesFile=/dev/null",
    "core.autocrlf=false", "fetch.recurseSubmodules=false", "gc.auto=0", "maintenance.auto=false",
    "http.lowSpeedLimit=1000",
)  # fmt: skip
TO_THE_NETWORK = (
    r"^http\.(.*\.)?(proxy|proxyauthmethod|proxysslcainfo|proxysslcert|proxysslkey|sslcainfo|sslcapath|sslcert"
    r"|sslkey|extraheader)$|^url\..*\.insteadof$|^credential\."
)
"""Settings of the user's git that change no byte of what comes: a commit's name is its checksum."""
AS_COMMITTED = "* -text -ident -export-ignore -export-subst !eol !filter !working-tree-encoding\n"
"""Attributes before those of the repository, which would leave files out, or rewrite them."""
LARGEST_LISTING = 2**28  # bytes of the names of all files
POINTER = b"version https://git-lfs.github.com/spec/"
LONGEST_POINTER = 1024  # bytes


def fetch_commit(repository: str, commit: str, output: Path) -> None:
    """Fetch a git repository at a commit as a zip archive of its files.

    The commit's name is the checksum of its content, which git verifies; the archive has the
    commit's time, so its bytes are the same each time.  Submodules are not fetched.

    Parameters
    ----------
    repository
        Address that git understands.
    commit
        Forty hexadecimal digits.
    output
        Zip archive to write.

    Raises
    ------
    SarangiError
        If git is missing, the repository cannot be reached, is silent for long or opens without end, or it
        has no such commit.
    """
    shown = without_secrets(repository)
    if not ADDRESS.fullmatch(repository):
        raise SarangiError(
            f"git: {shown!r} is not the address of a repository; expected https://host/path, "
            "ssh://user@host/path, user@host:path or a folder, without a password (put that into ~/.netrc)"
        )
    if not re.fullmatch("[0-9a-f]{40}", commit):
        raise SarangiError(
            f"git: {commit!r} is not a commit of {shown}; expected the forty hexadecimal digits of "
            "its full name"
        )
    if shutil.which("git") is None:
        raise SarangiError(f"git is needed to fetch {shown}: install Debian package git")
    if not re.match(r"[a-z]+://|[^/:]+@[^/:]+:", repository):
        repository = str(Path(repository).absolute())  # git runs in another folder
    with tempfile.TemporaryDirectory(dir=output.parent) as place:
        git = _Git(Path(place), repository)
        git.run("init", "--quiet", "--bare", "--template=", ".")
        (git.folder / "info").mkdir(exist_ok=True)
        (git.folder / "info/attributes").write_text(AS_COMMITTED, encoding="ascii")
        git.run("fetch", "--progress", "--depth=1", "--no-tags", "--", repository, commit)
        kind = git.run("cat-file", "-t", commit).strip()
        if kind != "commit":  # a tree has no time, so that its archive would have the clock's
            raise SarangiError(
                f"git: {commit} of {shown} is a {kind}, expected a commit; name the commit itself"
            )
        most = max(LARGEST_TOTAL, LARGEST_RATIO * _size(git.folder))
        git.look_at(commit, most)
        git.run("archive", "--format=zip", f"--output={output.resolve()}", commit, most=(output, most))
    _tell_pointers(output, shown)


class _Git:
    """Runs git in a folder of its own, with none of the user's settings but the way to the network."""

    def __init__(self, place: Path, repository: str):
        self.folder, self._repository = place / "repository", repository
        self.folder.mkdir()
        home = place / "home"
        home.mkdir()
        with contextlib.suppress(RuntimeError, OSError):  # there is no home, or it cannot be looked into
            (home / ".netrc").symlink_to(Path.home() / ".netrc")
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(home),
            "LC_ALL": "C",
            "TZ": "UTC",  # a zip has local times
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": PROTOCOLS,
            "GIT_SSH_COMMAND": f"ssh -o BatchMode=yes -o ConnectTimeout={SECONDS_OF_SILENCE} "
            f"-o ServerAliveInterval={SECONDS_OF_SILENCE}",
        } | environment_of_git()
        for number, (name, value) in enumerate(_settings_of_user()):
            self._environment |= {
                "GIT_CONFIG_COUNT": str(number + 1),
                f"GIT_CONFIG_KEY_{number}": name,
                f"GIT_CONFIG_VALUE_{number}": value,
            }

    def look_at(self, commit: str, most: int) -> None:
        """Refuse a commit of few objects that name each other so often that its files have no end.

        Submodules are told.  Before git makes an archive of it, for which it holds all names in memory.

        Raises
        ------
        SarangiError
            If its files have more than ``most`` bytes, or their names more than :data:`LARGEST_LISTING`.
        """
        listing = self.folder / "listing"
        self.run("ls-tree", "-r", "-t", "-z", "--long", commit, most=(listing, LARGEST_LISTING), said=listing)
        total, rest, modules = 0, b"", []
        with listing.open("rb") as file:
            while data := file.read(2**20):
                *entries, rest = (rest + data).split(b"\0")
                for entry in entries:
                    # mode, kind, name and size, before a tab and the path
                    about, _, path = entry.partition(b"\t")
                    _, kind, _, size = about.split()
                    total += int(size) if size.isdigit() else 0
                    if kind == b"commit":
                        modules.append(path.decode("utf-8", "replace"))
        listing.unlink()
        if modules:
            log.warning(
                "%s: %d folders are submodules, other repositories, which are not fetched, such as %s. Clone "
                "it with --recurse-submodules, and put it in place of this download",
                without_secrets(self._repository), len(modules), modules[0],
            )  # fmt: skip
        if total > most:
            raise self._bomb(most)

    def _bomb(self, most: int) -> SarangiError:
        return SarangiError(
            f"git: {without_secrets(self._repository)} opens to more than {most} bytes, as no recordings do"
            ". Clone it yourself if you trust it"
        )

    def run(self, *arguments: str, most: tuple[Path, int] | None = None, said: Path | None = None) -> str:
        """Return what git says, which ``said`` holds; ``most`` is a file and the bytes to which it may grow.

        Raises
        ------
        SarangiError
            If git fails, is silent for long, or writes more than that.
        """
        settings = [*SETTINGS, f"http.lowSpeedTime={SECONDS_OF_SILENCE}"]
        options = [word for setting in settings for word in ("-c", setting)]
        command = ["git", *options, "-C", str(self.folder), *arguments]
        with tempfile.TemporaryFile() as errors, (said or self.folder / "said").open("w+b") as out:
            with _started(command, self._environment, out, errors) as process:
                self._wait(process, arguments[0], errors, most)
            if process.returncode != 0:
                raise self._failed(
                    arguments[0], _text(errors) or f"it ended with status {process.returncode}"
                )
            return _text(out)

    def _wait(
        self, process: subprocess.Popen, what: str, errors: IO[bytes], most: tuple[Path, int] | None
    ) -> None:
        before, since = -1, time.monotonic()
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.5)
                return
            written = most[0].stat().st_size if most and most[0].exists() else 0
            if most and written > most[1]:
                raise self._bomb(most[1])
            now = os.fstat(errors.fileno()).st_size + _size(self.folder) + written
            if now != before:
                before, since = now, time.monotonic()
            elif time.monotonic() - since > SECONDS_WITHOUT_PROGRESS:
                raise SarangiError(
                    f"git {what} of {without_secrets(self._repository)}: nothing came for "
                    f"{SECONDS_WITHOUT_PROGRESS} s. Run the same command again"
                )

    def _failed(self, what: str, said: str) -> SarangiError:
        lines = [
            line for line in re.split(r"[\r\n]+", said) if re.match("fatal|error|remote: [^0-9]+$|ssh", line)
        ]
        proxy = proxy_of(self._repository)
        hint = ". Check its address and commit; or clone it yourself, and put it in place of this download"
        if proxy and what == "fetch":
            hint = f". It was asked through the proxy of {proxy}; look at that variable"
            if "407" in said:
                hint = (
                    f". The proxy of {proxy} requires a name and a password (407): write {proxy.variable} as "
                    "http://name:password@host:port"
                )
        elif "could not read Username" in said or "Authentication failed" in said:
            hint = ". It is not open to everyone: put its name and password into ~/.netrc"
        return SarangiError(
            f"git {what} failed for {without_secrets(self._repository)}: "
            f"{without_secrets('; '.join(lines) or said.strip())}{hint}"
        )


def _settings_of_user() -> list[tuple[str, str]]:
    """Return those settings of the user and of the machine that only lead to the network, in git's order."""
    command = ["git", "config", "--includes", "-z", "--get-regexp", TO_THE_NETWORK]
    try:
        # not in a repository, whose settings are no user's
        done = subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SarangiError(f"git cannot be started ({error}). Install Debian package git") from error
    if done.returncode > 1:  # 1: there are none
        log.warning(
            "git's own settings cannot be read and are passed over: %s", os.fsdecode(done.stderr).strip()
        )
        return []
    pairs = (entry.partition("\n") for entry in os.fsdecode(done.stdout).split("\0") if entry)
    return [(name, value) for name, _, value in pairs]


@contextlib.contextmanager
def _started(
    command: list[str], environment: dict[str, str], said: IO[bytes], errors: IO[bytes]
) -> Iterator[subprocess.Popen]:
    """Yield a running program, which nobody can answer and which ends with the block."""
    try:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=errors
        )
    except OSError as error:
        raise SarangiError(f"git cannot be started ({error}). Install Debian package git") from error
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()  # git ends its helpers where it is asked to end
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - 2**16))
    return file.read().decode("utf-8", "replace")


def _size(folder: Path) -> int:
    """Return the bytes of the files below a folder, some of which may go meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.lstat().st_size
    return total


def _tell_pointers(archive: Path, repository: str) -> None:
    """Warn of files whose content is in no commit, since Git LFS keeps it elsewhere."""
    with zipfile.ZipFile(archive) as files:
        small = [info for info in files.infolist() if len(POINTER) < info.file_size < LONGEST_POINTER]
        pointers = [info.filename for info in small if files.read(info).startswith(POINTER)]
    if pointers:
        log.warning(
            "%s: %d files are pointers of Git LFS, which keeps their content elsewhere, such as %s; they "
            "cannot be read. Clone the repository with git-lfs, and put it in place of this download",
            repository, len(pointers), pointers[0],
        )  # fmt: skip
