"""Where data and weights are published."""

HUB, WHISPER = "https://huggingface.co", "https://openaipublic.azureedge.net"

ZENODO = "https://zenodo.org/api/records"

KAGGLE = "https://www.kaggle.com/api/v1/datasets/download"

KAGGLE_ADVICE = (
    "make an account and a token at Kaggle (KAGGLE_USERNAME and KAGGLE_KEY, or ~/.kaggle/kaggle.json)"
)
