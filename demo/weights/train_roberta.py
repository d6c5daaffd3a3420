"""Pretrain the demo's small RoBERTa, and its tokeniser, on the sentences that the demo speaks.

Run it from any folder; the defaults write ``tiny_roberta`` beside this file.  The sentences are a closed
set, the same for every emotion: the model learns to fill in masked tokens, and nothing about emotions.
"""

import argparse
import logging
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch import Tensor
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForMaskedLM, set_seed

from sarangi.study.entries import STAND_INS
from sarangi.synthetic.corpus import layout

log = logging.getLogger("pretraining")

# other seeds than the demo's; the sentences are the same, the Punjabi pairs of them are not
SPEECH = {"speakers": 10, "clips": 24, "seed": 2201}
SPECIAL = {
    "bos_token": "<s>",
    "pad_token": "<pad>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}
LONGEST = 128  # tokens
MASKED = 0.15


def sentences() -> dict[str, list[str]]:
    """Return the sentences of all stand-ins by language, sorted."""
    found: dict[str, set[str]] = {}
    for corpus in STAND_INS:
        for clip in layout(corpus).clips(**SPEECH):
            found.setdefault(clip.language, set()).update(clip.text.split("। "))
    return {language: sorted(texts) for language, texts in sorted(found.items())}


def tokeniser(texts: list[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """Return a byte-level tokeniser with RoBERTa's special tokens, trained on some texts."""
    model = Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    model.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL.values()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    model.train_from_iterator(texts, trainer)
    model.post_processor = processors.RobertaProcessing(
        ("</s>", model.token_to_id("</s>")), ("<s>", model.token_to_id("<s>")), add_prefix_space=False
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=model,
        cls_token="<s>",  # noqa: S106 (a token of text)
        sep_token="</s>",  # noqa: S106
        model_max_length=LONGEST,
        clean_up_tokenization_spaces=False,
        **SPECIAL,
    )


def examples(texts: dict[str, list[str]], count: int, draw: np.random.Generator) -> list[str]:
    """Return texts to learn from: one or two sentences of a language, half of them cut at random words."""
    languages, found = list(texts), []
    for _ in range(count):
        own = texts[languages[draw.integers(len(languages))]]
        words = " ".join(draw.choice(own, draw.integers(1, 3), replace=False)).split()
        if draw.random() < 0.5:
            start, end = sorted(draw.choice(len(words) + 1, 2, replace=False))
            words = words[start:end]
        found.append(" ".join(words))
    return found


def masked(ids: Tensor, special: Tensor, mask: int, vocabulary: int) -> tuple[Tensor, Tensor]:
    """Return ids with some hidden, as BERT does, and what stood there (-100 elsewhere); shapes as ``ids``."""
    chosen = (torch.rand(ids.shape) < MASKED) & ~special
    chance = torch.rand(ids.shape)
    hidden = torch.where(chosen & (chance < 0.8), mask, ids)
    other = torch.randint(vocabulary, ids.shape)
    hidden = torch.where(chosen & (chance >= 0.9), other, hidden)
    return hidden, torch.where(chosen, ids, -100)


def main() -> None:
    """Collect, train, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parent / "tiny_roberta", help="folder to write"
    )
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=0.001)
    parser.add_argument("--vocabulary", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2201)
    parser.add_argument(
        "--threads", type=int, default=1, help="of torch; other numbers give other last digits"
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(arguments.threads)
    set_seed(arguments.seed)
    began, draw = time.monotonic(), np.random.default_rng(arguments.seed)
    texts = sentences()
    everything = [text for own in texts.values() for text in own]
    log.info("%s sentences", ", ".join(f"{language} {len(own)}" for language, own in texts.items()))
    tokens = tokeniser(everything, arguments.vocabulary)
    model = RobertaForMaskedLM(
        RobertaConfig(
            vocab_size=len(tokens),
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=256,
            max_position_embeddings=LONGEST + 2,
            type_vocab_size=1,
            bos_token_id=tokens.bos_token_id,
            pad_token_id=tokens.pad_token_id,
            eos_token_id=tokens.eos_token_id,
        )
    )
    log.info("%d tokens, %d parameters", len(tokens), sum(p.numel() for p in model.parameters()))
    optimiser = torch.optim.AdamW(model.parameters(), arguments.learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, arguments.learning_rate, total_steps=arguments.steps, pct_start=0.1
    )
    seen = []
    for step in range(1, arguments.steps + 1):
        loss, _, _ = _step(model, tokens, examples(texts, arguments.batch, draw))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        seen.append(loss.item())
        if step % 250 == 0:
            log.info("step %d, loss %.3f; %.0f s", step, np.mean(seen[-250:]), time.monotonic() - began)
    model.eval()
    torch.manual_seed(0)
    right, of = [], []
    with torch.no_grad():
        for _ in range(10):
            _, logits, wanted = _step(model, tokens, everything)
            asked = wanted != -100
            right.append((logits.argmax(-1) == wanted)[asked].float())
            of.append(wanted[asked])
    commonest = torch.cat(of).bincount().max() / len(torch.cat(of))
    log.info(
        "masked tokens of whole sentences: %.3f right; the commonest token alone %.3f; %.0f s",
        torch.cat(right).mean(),
        commonest,
        time.monotonic() - began,
    )
    tokens.save_pretrained(arguments.output)
    model.save_pretrained(arguments.output)


def _step(
    model: RobertaForMaskedLM, tokens: PreTrainedTokenizerFast, texts: list[str]
) -> tuple[Tensor, Tensor, Tensor]:
    encoded = tokens(texts, padding=True, return_tensors="pt", return_special_tokens_mask=True)
    hidden, wanted = masked(
        encoded["input_ids"], encoded["special_tokens_mask"].bool(), tokens.mask_token_id, len(tokens)
    )
    found = model(input_ids=hidden, attention_mask=encoded["attention_mask"], labels=wanted)
    return found.loss, found.logits, wanted


if __name__ == "__main__":
    main()
