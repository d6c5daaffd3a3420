"""Fetching a git repository at a commit."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from sarangi.base.errors import SarangiError

SECONDS_OF_SILENCE = 30


def fetch_commit(repository: str, commit: str, output: Path) -> None:
    """Fetch a git repository at a commit as a zip archive of its files.

    The commit's name is the checksum of its content, which git verifies; the archive has the
    commit's time, so its bytes are the same each time.

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
        If git is missing, the repository cannot be reached, or it has no such commit.
    """
    if shutil.which("git") is None:
        raise SarangiError(f"git is needed to fetch {repository}: install Debian package git")
    with tempfile.TemporaryDirectory(dir=output.parent) as folder:
        _git(folder, "init", "--quiet", "--bare")
        _git(folder, "config", "http.lowSpeedLimit", "1000")
        _git(folder, "config", "http.lowSpeedTime", str(SECONDS_OF_SILENCE))
        _git(folder, "fetch", "--quiet", "--depth=1", "--no-tags", repository, commit)
        # core.autocrlf and attributes could rewrite files; an archive of ours holds what was committed
        _git(folder, "archive", "--format=zip", f"--output={output.resolve()}", commit)


def _git(folder: str, *arguments: str) -> None:
    done = subprocess.run(
        ["git", "-C", folder, *arguments],  # noqa: S607  (the user's git, found above)
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": folder,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SarangiError(f"git {arguments[0]} failed: {done.stderr.strip()}")
