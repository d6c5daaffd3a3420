"""``pip install`` without the user's own settings, but for those that only lead to the network.

Run as ``python -I envs/install.py ARGUMENTS`` by ``make setup``, before any package is there.  Index, proxy,
certificates and credentials pass, from pip's files and variables: the lock's hashes hold what they bring.
What would change what is installed, or where, does not: a target, a constraint, builds from source, modules
on PYTHONPATH that pip takes for installed.
"""

import ast
import os
import subprocess
import sys

PASS = {
    "index-url", "extra-index-url", "find-links", "no-index", "proxy", "cert", "client-cert", "trusted-host",
    "timeout", "default-timeout", "retries", "resume-retries", "cache-dir", "no-cache-dir",
    "keyring-provider", "progress-bar", "no-color", "quiet", "disable-pip-version-check",
}  # fmt: skip
SECTIONS = ("global", "install", ":env:")
"""In the order in which a later one wins."""
CLOSED = ("PIP_", "PYTHON", "SETUPTOOLS_", "DISTUTILS_")


def stated(listed: str) -> dict[str, str]:
    """Return what passes of the settings that ``pip config list`` lists, by name."""
    found = {}
    for section in SECTIONS:
        for line in listed.splitlines():
            key, _, value = line.partition("=")
            where, _, name = key.rpartition(".")
            if where == section and name in PASS:
                found[name] = str(ast.literal_eval(value))
    return found


def environment(settings: dict[str, str], around: dict[str, str]) -> dict[str, str]:
    """Return an environment for pip in which only these settings stand."""
    kept = {name: value for name, value in around.items() if not name.startswith(CLOSED)}
    ours = {f"PIP_{name.upper().replace('-', '_')}": value for name, value in settings.items()}
    # no file of settings is read where this is not a file
    return kept | ours | {"PIP_CONFIG_FILE": os.devnull, "PYTHONNOUSERSITE": "1"}


def main() -> int:
    """Install, and return pip's exit status."""
    pip = [sys.executable, "-I", "-m", "pip"]
    listed = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False)
    if listed.returncode:
        print(
            f"pip cannot read its settings, which are yours to correct:\n{listed.stderr.strip()}",
            file=sys.stderr,
        )
        return 1
    around = environment(stated(listed.stdout), dict(os.environ))
    return subprocess.run([*pip, "install", *sys.argv[1:]], env=around, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
