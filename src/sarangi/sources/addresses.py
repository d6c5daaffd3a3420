"""Where data and weights are published."""

HUB, WHISPER = "https://huggingface.co", "https://openaipublic.azureedge.net"

ZENODO = "https://zenodo.org/api/records"

KAGGLE = "https://www.kaggle.com/api/v1/datasets/download"
