"""Where data and weights are published."""

import os

HUB, WHISPER = "https://huggingface.co", "https://openaipublic.azureedge.net"

ZENODO = "https://zenodo.org/api/records"

KAGGLE = "https://www.kaggle.com/api/v1/datasets/download"


def hub_endpoint() -> str:
    """Return the address of the Hugging Face hub, or of the mirror that ``HF_ENDPOINT`` names."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or HUB
