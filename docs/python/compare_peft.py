"""Loads the members of an ensemble with stock PEFT and compares their logits with those that `lorae-hub forward` wrote.

    lorae-hub forward --base BASE --ensemble ENSEMBLE --input x.safetensors --output y.safetensors
    python compare_peft.py BASE ENSEMBLE x.safetensors y.safetensors

Needs torch, transformers, peft and safetensors. Members stand under both spellings of transformers' module names by default, so the same
files load before and from transformers 5.9; PEFT then warns of the names of the other spelling, which it does not use.
"""

import argparse
import json
import pathlib

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForAudioClassification, AutoModelForImageClassification, AutoModelForSequenceClassification

CLASSES = {
    "audio-spectrogram-transformer": (AutoModelForAudioClassification, ["input_values"]),
    "bert": (AutoModelForSequenceClassification, ["input_ids", "attention_mask", "token_type_ids"]),
    "deit": (AutoModelForImageClassification, ["pixel_values"]),
    "vit": (AutoModelForImageClassification, ["pixel_values"]),
}


def member_logits(base, ensemble, member, classes, inputs):
    """Logits [batch, classes] of one member on a base of its own; PEFT changes the model that it is given."""
    kind, names = CLASSES[AutoConfig.from_pretrained(base).model_type]
    model = kind.from_pretrained(base, num_labels=classes, ignore_mismatched_sizes=True)
    model = PeftModel.from_pretrained(model, ensemble, subfolder=member).eval()
    with torch.no_grad():
        return model(**{name: inputs[name] for name in names if name in inputs}).logits


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="folder or repository of the base")
    parser.add_argument("ensemble", help="folder of the ensemble")
    parser.add_argument("inputs", help="safetensors file that forward read")
    parser.add_argument("logits", help="safetensors file that forward wrote")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    chosen = parser.parse_args()

    manifest = json.loads((pathlib.Path(chosen.ensemble) / "lora_ensemble.json").read_text(encoding="utf-8"))
    inputs, expected = load_file(chosen.inputs), load_file(chosen.logits)["logits"]  # [members, batch, classes]
    worst = 0.0
    for index, member in enumerate(manifest["members"]):
        found = member_logits(chosen.base, chosen.ensemble, member["path"], expected.shape[-1], inputs)
        difference = (found - expected[index]).abs().max().item()
        worst = max(worst, difference)
        print(f"{member['path']}: largest difference {difference:.2e}")
    print(f"all members: {worst:.2e}, tolerance {chosen.tolerance:.0e}: {'equal' if worst <= chosen.tolerance else 'DIFFERENT'}")
    raise SystemExit(worst > chosen.tolerance)


if __name__ == "__main__":
    main()
