"""Uploads to the Hugging Face hub, when a user gives a token: a model with its card, or the Space."""

from pathlib import Path

from sarangi.app.card_files import DATA, README, read_card
from sarangi.base.errors import SarangiError

OF_MODEL = ("config.json", "model.safetensors", README, DATA)
PRIVATE = "The repository is new and private; make it public on the hub when its card says what you want."


def push(folder: Path, to: str, as_space: bool = False) -> str:
    """Upload a run with its card, or the folder of the Space, and return its address.

    The token is ``HF_TOKEN`` of the environment, or that of ``hf auth login``; it is never shown.  One
    that does not exist yet is made, private.

    Parameters
    ----------
    folder
        Of a run, or ``space``.
    to
        ``<owner>/<name>``.
    as_space
        Whether it is the folder of the Space.

    Raises
    ------
    SarangiError
        If something is missing (files, card, token), or the hub refuses.
    """
    wanted = ("app.py", README, "requirements.txt") if as_space else OF_MODEL
    lacking = [name for name in wanted if not (folder / name).is_file()]
    if lacking or (not as_space and read_card(folder) is None):
        raise SarangiError(
            f"{folder}: no {' and no '.join(lacking) or 'card that can be read'}; expected "
            f"{', '.join(wanted)}. Make them with snakemake --cores 2 app: nothing goes to the hub without "
            "its card"
        )
    from huggingface_hub import HfApi, get_token
    from huggingface_hub.errors import HfHubHTTPError

    token = get_token()
    if token is None:
        raise SarangiError(
            "no token of the Hugging Face hub; put one with the right to write into HF_TOKEN, or say "
            "`hf auth login`"
        )
    kind = "space" if as_space else "model"
    api = HfApi(token=token)
    try:
        new = not api.repo_exists(to, repo_type=kind)
        if new:
            settings = {"space_sdk": "gradio"} if as_space else {}
            api.create_repo(to, repo_type=kind, private=True, exist_ok=True, **settings)
        api.upload_folder(
            repo_id=to,
            repo_type=kind,
            folder_path=folder,
            # of a run neither its log nor its predictions
            allow_patterns=None if as_space else list(OF_MODEL),
            ignore_patterns=["*.tmp*", "**/__pycache__/**"],
            commit_message="Upload by Sarangi",
        )
    except (HfHubHTTPError, OSError, ValueError) as error:
        # what the hub says may repeat what it was sent
        reason = str(error).replace(token, "***").splitlines()[0] if str(error) else type(error).__name__
        raise SarangiError(f"{to}: the Hugging Face hub did not take {folder}: {reason}") from None
    address = f"{api.endpoint}/{'spaces/' if as_space else ''}{to}"
    return f"{address}\n{PRIVATE}" if new else address
