"""Git repositories that are not what they seem: the files as committed or a message; nothing runs."""

import logging
import os
import re
import stat
import subprocess
import zipfile

import pytest
import yaml
from support.places import ROOT

from sarangi.base.errors import SarangiError
from sarangi.sources import git as fetching
from sarangi.sources.git import ADDRESS, fetch_commit

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 123456\n".format("0" * 64)
TOKEN = "w0rd"  # noqa: S105


class Repository:
    """A repository in a folder; ``commit`` commits what lies there and returns its name."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self("init", "--quiet", "--initial-branch=main")
        self("config", "uploadpack.allowAnySHA1InWant", "true")

    def __call__(self, *arguments, **options):
        identity = [
            "-c",
            "user.name=a test",
            "-c",
            "user.email=test@example.org",
            "-c",
            "protocol.file.allow=always",
        ]
        done = subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
            **options,
        )
        return done.stdout.strip()

    def commit(self, **files):
        for name, text in files.items():
            (self.folder / name).write_bytes(text.encode())
        self("add", ".")
        self("commit", "--quiet", "--allow-empty", "-m", "a commit")
        return self("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "repository")


def files_of(repository, commit, tmp_path):
    fetch_commit(str(repository), commit, tmp_path / "c.zip")
    with zipfile.ZipFile(tmp_path / "c.zip") as archive:
        return {info.filename: archive.read(info).decode() for info in archive.infolist()}


ODD = [
    "--upload-pack=touch hacked", "-oProxyCommand=touch x", "ext::sh -c touch% hacked", "fd::17", "EXT::sh",
    "https://user:w0rd@a.org/b", "https://w0rd@a.org/b", "ssh://git:w0rd@a.org/b", "ftp://a.org/b", "HTTPS://",
    "http://-oX/b", "ssh://-oProxyCommand=touch/b", "git@-oProxyCommand=touch:b", "a.org:b", "https://a.org/b\nc",
    "https://a.org/b?private_token=w0rd", "https://a.org/b?c=d&Access_Token=w0rd",
    "", " ", "https://", "file://host:w0rd@x", "transport::https://a.org/b", "git@a.org::b",
]  # fmt: skip
USUAL = [
    "https://github.com/a/b", "http://127.0.0.1:8000/a.git", "ssh://git@a.org:22/b", "git@github.com:a/b.git",
    "git://a.org/b", "file:///srv/b", "/srv/b", "../b", "corpora/my corpus", "https://a.org/@scope/b",
    "https://a.org/b?monkey=1",
]  # fmt: skip


@pytest.mark.parametrize("address", ODD)
def test_an_address_that_is_an_option_a_command_or_has_a_password_is_refused(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SarangiError, match="is not the address of a repository") as error:
        fetch_commit(address, "0" * 40, tmp_path / "c.zip")
    assert TOKEN not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_the_schema_refuses_what_git_is_not_handed():
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
    branches = schema["properties"]["corpora"]["additionalProperties"]["properties"]["source"]["oneOf"]
    patterns = {key: branch["properties"][key]["pattern"] for branch in branches for key in branch["required"]
                if "pattern" in branch["properties"][key]}  # fmt: skip
    assert patterns["git"] == f"^{ADDRESS.pattern}$"
    assert all(re.search(patterns["git"], address) for address in USUAL)
    assert not any(re.search(patterns["git"], address) for address in ODD)
    for address in (
        "https://a/b?X-Amz-Signature=1",
        "https://a/b?token=1",
        "https://a/b?a=b&apikey=c",
        "https://user:w0rd@a.org/b",
        "https://w0rd@a.org/c.zip",
        "https://",
        "http:///x",
        "ftp://a/b",
    ):
        assert not re.search(patterns["address"], address)
    assert re.search(patterns["address"], "http://a.org:80/b@c.zip?d=e#f")


@pytest.mark.parametrize(
    "commit", ["-x", "--output=x", "main", "HEAD", "0" * 39, "0" * 41, "a..b", "A" * 40, "refs/heads/-x"]
)
def test_a_commit_is_forty_digits_and_no_option_or_branch(commit, repository, tmp_path):
    with pytest.raises(SarangiError, match="is not a commit of"):
        fetch_commit(str(repository.folder), commit, tmp_path / "c.zip")


def test_a_tree_a_tag_and_a_file_are_no_commit(repository, tmp_path):
    commit = repository.commit(a="1")
    repository("tag", "-a", "v1", "-m", "a tag")
    for name, kind in ((f"{commit}^{{tree}}", "tree"), ("v1", "tag"), (f"{commit}:a", "blob")):
        with pytest.raises(SarangiError, match=f"is a {kind}, expected a commit"):
            fetch_commit(str(repository.folder), repository("rev-parse", name), tmp_path / "c.zip")
    assert not (tmp_path / "c.zip").exists()


def test_files_come_as_committed_whatever_the_repository_wants(repository, tmp_path):
    attributes = (
        "*.a export-ignore\nsub export-ignore\nb ident\nc text eol=crlf\nd export-subst\n"
        "e working-tree-encoding=UTF-16\nf filter=x\n"
    )
    (repository.folder / "sub").mkdir()
    (repository.folder / "sub/g").write_text("kept")
    files = {"x.a": "kept", "b": "$Id$", "c": "one\ntwo\n", "d": "$Format:%H$", "f": "f"}
    repository.commit(**files, e="plain")
    (repository.folder / ".gitattributes").write_text(attributes)
    repository("add", ".gitattributes")
    repository("commit", "--quiet", "-m", "attributes")
    found = files_of(repository.folder, repository("rev-parse", "HEAD"), tmp_path)
    expected = files | {"e": "plain", "sub/": "", "sub/g": "kept", ".gitattributes": attributes}
    assert found == expected


def test_commits_off_the_default_branch_odd_branches_and_submodules(repository, tmp_path):
    repository.commit(a="1")
    inner = Repository(tmp_path / "inner")
    inner.commit(kept="inner")
    repository("checkout", "--quiet", "-b", "side")
    repository("submodule", "--quiet", "add", str(inner.folder), "sub")
    (repository.folder / "link.wav").symlink_to("/etc/passwd")
    side = repository.commit(a="2")
    repository("checkout", "--quiet", "--force", "main")
    repository("update-ref", "refs/heads/-x", side)
    repository("branch", "--quiet", "-D", "side")
    found = files_of(repository.folder, side, tmp_path)
    assert found["a"] == "2"
    assert found["link.wav"] == "/etc/passwd"  # the name that it points to, not what lies there
    assert "sub/kept" not in found


def test_no_hook_no_filter_and_no_setting_of_the_user_runs(repository, tmp_path, monkeypatch):
    commit = repository.commit(a="1")
    ran = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    templates = tmp_path / "templates/hooks"
    templates.mkdir(parents=True)
    home = tmp_path / "home"
    home.mkdir()
    for hook in ("reference-transaction", "post-checkout", "pre-auto-gc", "fsmonitor-watchman"):
        for folder in (templates, repository.folder / ".git/hooks"):
            (folder / hook).write_text(script.read_text())
            (folder / hook).chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[core]\nfsmonitor = {script}\nhooksPath = {templates}\nautocrlf = true\nattributesFile = {home}/a\n"
        f"[init]\ntemplateDir = {templates.parent}\n[uploadpack]\npackObjectsHook = {script}\n"
    )
    (home / "a").write_text("* text eol=crlf\n")
    for name, value in {
        "HOME": home, "GIT_TEMPLATE_DIR": templates.parent, "GIT_CONFIG_GLOBAL": home / ".gitconfig",
        "XDG_CONFIG_HOME": home, "GIT_ASKPASS": script, "SSH_ASKPASS": script, "GIT_SSH_COMMAND": script,
        "GIT_EXTERNAL_DIFF": script, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": script, "GIT_DIR": home, "GIT_PROXY_COMMAND": script,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    assert files_of(repository.folder, commit, tmp_path) == {"a": "1"}
    with pytest.raises(SarangiError, match="git fetch failed"):
        fetch_commit("ssh://127.0.0.1:1/b", commit, tmp_path / "none.zip")
    assert not ran.exists()


def test_settings_of_the_user_that_only_lead_to_the_network_pass(repository, tmp_path, monkeypatch):
    commit = repository.commit(a="a")
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[url "{repository.folder.parent}/"]\n\tinsteadOf = https://nowhere.invalid/\n'
        "[core]\n\tautocrlf = true\n\tattributesFile = rewriting\n"
    )
    monkeypatch.setenv("HOME", str(home))
    fetch_commit("https://nowhere.invalid/repository", commit, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.read("a") == b"a"
    monkeypatch.setattr(fetching, "SECONDS_OF_SILENCE", 1)
    (home / ".gitconfig").write_text("[http]\n\tproxy = http://127.0.0.1:1\n")
    with pytest.raises(SarangiError, match=r"127\.0\.0\.1"):
        fetch_commit("http://nowhere.invalid/repository", commit, tmp_path / "b.zip")
    (home / ".gitconfig").write_text("[http\n")
    with pytest.raises(SarangiError, match="git fetch failed"):
        fetch_commit("http://127.0.0.1:1/repository", commit, tmp_path / "b.zip")


def test_pointers_of_lfs_are_told(repository, tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    commit = repository.commit(**{"b.wav": POINTER, "a.wav": POINTER, "readme": "version https"})
    files_of(repository.folder, commit, tmp_path)
    assert "2 files are pointers of Git LFS" in caplog.text
    assert "such as a.wav" in caplog.text


def test_a_repository_that_opens_without_end_is_stopped(repository, tmp_path, monkeypatch):
    """A bomb: a few objects that name each other many times."""
    line = f"100644 blob {repository('hash-object', '-w', '--stdin', input='x' * 1000)}\t"
    tree = repository("mktree", input="".join(f"{line}{n}\n" for n in range(10)))
    for level in range(9):
        tree = repository("mktree", input="".join(f"040000 tree {tree}\t{n}\n" for n in range(10)))
        if level == 1:
            small = repository("commit-tree", "-m", "bomb", tree)
    commit = repository("commit-tree", "-m", "bomb", tree)
    monkeypatch.setattr(fetching, "LARGEST_TOTAL", 10**5)
    monkeypatch.setattr(fetching, "LARGEST_RATIO", 1)
    monkeypatch.setattr(fetching, "LARGEST_LISTING", 10**6)
    for bomb, bytes_ in ((small, 100_000), (commit, 1_000_000)):
        with pytest.raises(SarangiError, match=f"opens to more than {bytes_} bytes"):
            fetch_commit(str(repository.folder), bomb, tmp_path / "c.zip")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["repository"]


def test_a_server_that_is_silent_is_left_and_nobody_is_asked_for_a_password(tmp_path, monkeypatch):
    silent = tmp_path / "bin"
    silent.mkdir()
    program = silent / "git"
    # asks on its terminal and its input; there is neither
    program.write_text(
        '#!/bin/sh\ncase "$*" in *" fetch "*) read answer && exit 3; exec sleep 600;; esac\n'
        'exec /usr/bin/git "$@"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{silent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(fetching, "SECONDS_WITHOUT_PROGRESS", 0.3)
    with pytest.raises(SarangiError, match=r"git fetch of https://a\.org/b: nothing came for 0\.3 s"):
        fetch_commit("https://a.org/b", "0" * 40, tmp_path / "c.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_a_relative_folder_is_one_of_the_study(repository, tmp_path, monkeypatch):
    commit = repository.commit(a="1")
    monkeypatch.chdir(tmp_path)
    assert files_of("repository", commit, tmp_path) == {"a": "1"}


@pytest.mark.parametrize(
    ("text", "words"),
    [("#!/nowhere\n", "git cannot be started"), ("#!/bin/sh\nexit 9\n", "ended with status 9")],
)
def test_a_git_that_does_not_run_is_told(text, words, tmp_path, monkeypatch):
    (tmp_path / "git").write_text(text)
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SarangiError, match=words):
        fetch_commit("https://a.invalid/b", "0" * 40, tmp_path / "c.zip")


def test_submodules_are_told_and_a_failure_says_what_to_do(repository, tmp_path, caplog):
    repository.commit(a="1")
    inner = Repository(tmp_path / "inner")
    inner.commit(kept="inner")
    repository("submodule", "--quiet", "add", str(inner.folder), "sub")
    files_of(repository.folder, repository.commit(a="2"), tmp_path)
    assert "1 folders are submodules" in caplog.text
    assert "such as sub. Clone it with --recurse-submodules" in caplog.text
    with pytest.raises(SarangiError, match="or clone it yourself, and put it in place of this download"):
        files_of(repository.folder, "1" * 40, tmp_path)
