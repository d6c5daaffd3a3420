"""A run goes to the hub."""

import inspect
import json

import pytest
from huggingface_hub import HfApi
from support.speech import run  # noqa: F401  (fixtures)

from sarangi.app import push
from sarangi.base.errors import SarangiError


class Hub:
    """Stands in for the hub: keeps what it is told."""

    endpoint, there, said = "https://hub", False, []

    def __init__(self, token):
        self.said = Hub.said = [("token", token)]

    # as the library itself has them
    real = HfApi

    def repo_exists(self, to, repo_type):
        inspect.signature(Hub.real.repo_exists).bind(self, to, repo_type=repo_type)
        return Hub.there

    def create_repo(self, to, **settings):
        inspect.signature(Hub.real.create_repo).bind(self, to, **settings)
        self.said.append(("create", to, settings))

    def upload_folder(self, **settings):
        inspect.signature(Hub.real.upload_folder).bind(self, **settings)
        self.said.append(("upload", settings))


def test_a_run_goes_to_the_hub_with_its_card_and_the_token_is_not_shown(run, monkeypatch, capsys):
    from sarangi.__main__ import main

    monkeypatch.setattr("huggingface_hub.HfApi", Hub)
    monkeypatch.setattr("huggingface_hub.get_token", lambda: "hf_secret")
    assert main(["push", str(run), "--to", "me/model"]) == 1
    assert "no README.md and no card.json" in capsys.readouterr().err
    card = dict.fromkeys(("name", "model", "corpus", "speakers", "scores", "calibration", "synthetic"), "")
    (run / "card.json").write_text(json.dumps(card | {"protocol": ""}))
    (run / "README.md").write_text("---\n---\n")
    (run / "log.parquet").touch()
    assert main(["push", str(run), "--to", "me/model"]) == 0
    shown = "".join(capsys.readouterr())
    assert "https://hub/me/model" in shown and "private" in shown and "secret" not in shown
    (_, token), (_, to, created), (_, sent) = Hub.said
    assert (token, to, created["private"]) == ("hf_secret", "me/model", True)
    assert sent["allow_patterns"] == ["config.json", "model.safetensors", "README.md", "card.json"]

    space = run.parent / "space"
    space.mkdir()
    assert main(["push", str(space), "--to", "me/page", "--space"]) == 1
    for name in ("app.py", "README.md", "requirements.txt"):
        (space / name).touch()
    assert main(["push", str(space), "--to", "me/page", "--space"]) == 0
    assert "https://hub/spaces/me/page" in capsys.readouterr().out
    assert Hub.said[1][2]["space_sdk"] == "gradio"

    def fails(self, **settings):
        raise ValueError("hf_secret has no right to write")

    monkeypatch.setattr(Hub, "upload_folder", fails)
    assert main(["push", str(run), "--to", "me/model"]) == 1
    error = capsys.readouterr().err
    assert "*** has no right to write" in error and "secret" not in error
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    with pytest.raises(SarangiError, match="HF_TOKEN"):
        push.push(run, "me/model")
