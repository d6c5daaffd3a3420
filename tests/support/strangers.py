"""A classifier of sound of somebody else's, for tests."""

import pytest
import torch


@pytest.fixture
def foreign(tmp_path):
    return saved_classifier(tmp_path / "foreign")


def saved_classifier(folder):
    """A classifier as transformers saves it."""
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2ForSequenceClassification

    torch.manual_seed(2)
    config = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        conv_dim=[8] * 3, conv_kernel=[40, 8, 4], conv_stride=[20, 8, 2], num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2, id2label={0: "calm", 1: "<b>cross</b>", 2: "glad"},
        label2id={"calm": 0, "<b>cross</b>": 1, "glad": 2}, classifier_proj_size=8,
    )  # fmt: skip
    Wav2Vec2ForSequenceClassification(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(folder)
    return folder
