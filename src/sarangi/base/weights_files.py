"""The files that weights consist of."""

FASTER_WHISPER = "faster-whisper"

FASTER_WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json")

ENCODER_FILES = {
    "speech": ("config.json", "preprocessor_config.json", "model.safetensors"),
    "text": ("config.json", "tokenizer.json", "model.safetensors"),
}
"""The files of an encoder, by its modality."""
