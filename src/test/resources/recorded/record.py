#!/usr/bin/env python3
"""Records what Hugging Face's own libraries say of small models and tokenizers: see README.md beside this file.

    python3 record.py

Needs torch, transformers, tokenizers and safetensors. Everything is random, from fixed seeds, or learned from the text
below; no outside data goes in.
"""
import json
import random
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

HERE = Path(__file__).resolve().parent

# --- Text ---------------------------------------------------------------------------------------------------------------
PEOPLE = ["Anna", "Bertram", "the keeper", "a traveller", "my sister", "nobody", "the old captain", "Zoë"]
VERBS = ["counts", "remembers", "carries", "doesn't see", "has painted", "is looking for", "will repair", "wouldn't sell"]
THINGS = ["seven lamps", "the blue door", "an empty tower", "3,141 stones", "her brother's map", "20 letters", "a café table"]
WHERE = ["in the garden", "under the stairs", "behind the mill", "at 6:45", "before it rains", "near the harbour"]
REASONS = ["because thinking takes time", "since one step is not enough", "although the answer is known", "so that we'll be sure"]


def sentences(count, seed):
    draw = random.Random(seed)
    for _ in range(count):
        text = f"{draw.choice(PEOPLE)} {draw.choice(VERBS)} {draw.choice(THINGS)} {draw.choice(WHERE)}"
        if draw.random() < 0.5:
            text += f", {draw.choice(REASONS)}"
        yield text[0].upper() + text[1:] + draw.choice([".", ".", "!", "?\n", ";", " ..."])


SAMPLES = [
    "Anna counts seven lamps in the garden.",
    "The old captain wouldn't sell 3,141 stones, because thinking takes time!",
    "  two spaces,\ttab\nand a line\r\n\r\nmore ",
    "naïve café — Zoë's Straße",
    "Zoe\u0308 has a combining mark",
    "漢字 and かな, ١٢٣, \U0001F600\U0001F468\u200D\U0001F469\u200D\U0001F467",
    "x=1;y+=2**10 // {a: [b, c]} <b>&amp;</b>",
    "I'll we've they'd SHE'S don't",
    "0 12 345 6789 1234567890",
    "a",
    " ",
    "\n\n\n",
    "the <tool> door [unit]s <tool><tool> and<tool>after",
    "supercalifragilisticexpialidocious" * 2,
    "control \u0000\u0001\u007f and \u00a0 no-break",
] + list(sentences(10, 99))


# --- Tokenizers ---------------------------------------------------------------------------------------------------------
def byte_level():
    """As GPT-2's and its heirs': bytes spelled as characters, special tokens first, added words last."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=640,
        show_progress=False,
        special_tokens=["<|endoftext|>", "<|pad|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(sentences(3000, 1), trainer)
    tokenizer.add_tokens([AddedToken("<tool>", normalized=False), AddedToken("[unit]", normalized=True)])
    return json.loads(tokenizer.to_str())


def byte_fallback():
    """As Llama's and Mistral's: spaces spelled as U+2581, one before the text, bytes where there is no piece."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trainer = trainers.BpeTrainer(vocab_size=320, show_progress=False, special_tokens=["<unk>", "<s>", "</s>"])
    tokenizer.train_from_iterator(sentences(3000, 2), trainer)
    root = json.loads(tokenizer.to_str())
    old = sorted(root["model"]["vocab"], key=root["model"]["vocab"].get)
    pieces = old[:3] + [f"<0x{byte:02X}>" for byte in range(256)] + old[3:]
    root["model"]["vocab"] = {piece: i for i, piece in enumerate(pieces)}
    root["model"]["byte_fallback"] = True
    root["model"]["fuse_unk"] = True
    root["decoder"] = {
        "type": "Sequence",
        "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"},
            {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0},
        ],
    }
    return root


def record_tokenizer(name, root):
    folder = HERE / "tokenizers" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(root, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rows = []
    for text in SAMPLES:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        rows.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    lines = ",\n".join(json.dumps(row, ensure_ascii=True) for row in rows)
    (folder / "ids.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return tokenizer


# --- Models -------------------------------------------------------------------------------------------------------------
SMALL = dict(vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4)
SMALL |= dict(max_position_embeddings=64, initializer_range=0.3, bos_token_id=1, eos_token_id=2)


def rope(theta, **more):
    return {"rope_type": "default", "rope_theta": theta} | more


LLAMA3 = rope(500.0, rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0)
LLAMA3 |= dict(original_max_position_embeddings=16)
GPT2 = dict(vocab_size=40, n_positions=64, n_embd=16, n_layer=2, n_head=4, initializer_range=0.3)


def family(name, vocabulary):
    if name == "llama":
        sizes = SMALL | dict(vocab_size=vocabulary, tie_word_embeddings=True, eos_token_id=0, bos_token_id=0)
        return LlamaForCausalLM(LlamaConfig(num_key_value_heads=2, rope_parameters=rope(100.0), **sizes))
    if name == "llama3":
        return LlamaForCausalLM(LlamaConfig(num_key_value_heads=1, rope_parameters=LLAMA3, **SMALL))
    if name == "mistral":
        more = dict(num_key_value_heads=2, head_dim=6, sliding_window=4, rope_parameters=rope(1000.0))
        return MistralForCausalLM(MistralConfig(**more, **SMALL))
    if name == "qwen2":
        more = dict(num_key_value_heads=2, tie_word_embeddings=True, rope_parameters=rope(1000.0))
        return Qwen2ForCausalLM(Qwen2Config(**more, **SMALL))
    if name == "qwen3":
        more = dict(num_key_value_heads=2, head_dim=8, rope_parameters=rope(1000.0))
        return Qwen3ForCausalLM(Qwen3Config(**more, **SMALL))
    return GPT2LMHeadModel(GPT2Config(bos_token_id=1, eos_token_id=2, **GPT2))


# One whose greedy text is not the same token again and again.
SEEDS = {"llama": 13}


def record_model(name, tokenizer):
    torch.manual_seed(SEEDS.get(name, 1))
    model = family(name, tokenizer.get_vocab_size())
    model.config._attn_implementation = "eager"
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:  # norms and biases are one and zero otherwise
                parameter += 0.2 * torch.randn_like(parameter)
    model.eval()
    folder = HERE / "models" / name
    model.save_pretrained(folder)
    config = model.config.to_dict()
    tensors = {}
    draw = random.Random(name)
    for i, length in enumerate([1, 7, 20]):
        ids = torch.tensor([[draw.randrange(3, config["vocab_size"]) for _ in range(length)]])
        with torch.no_grad():
            tensors[f"ids{i}"] = ids[0].to(torch.int32)
            tensors[f"logits{i}"] = model(ids).logits[0].float().contiguous()
    if name == "llama":
        (folder / "tokenizer.json").write_bytes((HERE / "tokenizers/byte-level/tokenizer.json").read_bytes())
        prompt = tokenizer.encode("Anna counts the blue", add_special_tokens=False).ids
        with torch.no_grad():
            greedy = model.generate(torch.tensor([prompt]), do_sample=False, max_new_tokens=24, eos_token_id=None)
        tensors["prompt"] = torch.tensor(prompt, dtype=torch.int32)
        tensors["greedy"] = greedy[0, len(prompt):].to(torch.int32)
    save_file(tensors, folder / "recorded.safetensors")
    (folder / "generation_config.json").unlink(missing_ok=True)


tokenizer = record_tokenizer("byte-level", byte_level())
record_tokenizer("byte-fallback", byte_fallback())
for each in ["llama", "llama3", "mistral", "qwen2", "qwen3", "gpt2"]:
    record_model(each, tokenizer)
