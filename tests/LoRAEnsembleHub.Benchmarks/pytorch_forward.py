"""Times the ViT-B/16 ensemble of the `forward` benchmark in PyTorch: the same files, member by member.

usage: python3 pytorch_forward.py BASE_FOLDER ENSEMBLE_FOLDER [THREADS [ROUNDS]]
       python3 pytorch_forward.py BASE_FOLDER ENSEMBLE_FOLDER THREADS serve PIXELS_FILE
Needs torch and nothing else; the folders are those that `forward` writes to artifacts/benchmarks/random. With `serve` every line of standard input,
`run` or `logits`, is answered with a line of standard output: the processor seconds of this process so far, or the logits as JSON.
"""

import json
import pathlib
import statistics
import struct
import sys
import time

import torch
import torch.nn.functional as F

LAYERS, HEADS, EPS = 12, 12, 1e-12


def read(path):
    """The tensors of a safetensors file of Float32 numbers by name."""
    content = bytearray(path.read_bytes())
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = torch.frombuffer(content, dtype=torch.float32, count=(last - first) // 4, offset=first).view(entry["shape"])
    return tensors


def forward(base, member, pixels):
    def linear(x, name):
        return F.linear(x, base[f"{name}.weight"], base[f"{name}.bias"])

    def adapted(x, name):
        path = f"base_model.model.{name}"
        return linear(x, name) + F.linear(F.linear(x, member[f"{path}.lora_A.weight"]), member[f"{path}.lora_B.weight"])

    def norm(x, name):
        return F.layer_norm(x, x.shape[-1:], base[f"{name}.weight"], base[f"{name}.bias"], EPS)

    batch = pixels.shape[0]
    kernel = "vit.embeddings.patch_embeddings.projection"
    patches = F.conv2d(pixels, base[f"{kernel}.weight"], base[f"{kernel}.bias"], stride=16).flatten(2).transpose(1, 2)
    x = torch.cat([base["vit.embeddings.cls_token"].expand(batch, -1, -1), patches], 1) + base["vit.embeddings.position_embeddings"]
    for layer in range(LAYERS):
        path = f"vit.encoder.layer.{layer}"
        entering = norm(x, f"{path}.layernorm_before")
        query, key, value = (
            adapted(entering, f"{path}.attention.attention.{name}").view(batch, -1, HEADS, 64).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        mixed = torch.softmax(query @ key.transpose(-2, -1) / 8, -1) @ value
        x = x + adapted(mixed.transpose(1, 2).reshape(batch, -1, 768), f"{path}.attention.output.dense")
        wide = F.gelu(linear(norm(x, f"{path}.layernorm_after"), f"{path}.intermediate.dense"))
        x = x + linear(wide, f"{path}.output.dense")
    token = norm(x, "vit.layernorm")[:, 0]
    head = "base_model.model.classifier"
    return F.linear(token, member[f"{head}.weight"], member[f"{head}.bias"])


def serve(base, members, pixels):
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        with torch.no_grad():
            logits = torch.stack([forward(base, member, pixels) for member in members])
        print(json.dumps(logits.flatten().tolist()) if line.strip() == "logits" else time.process_time(), flush=True)


def main(base_folder, ensemble_folder, threads=2, rounds=7, pixels_file=None):
    torch.set_num_threads(int(threads))
    base = read(pathlib.Path(base_folder) / "model.safetensors")
    members = [read(folder / "adapter_model.safetensors") for folder in sorted(pathlib.Path(ensemble_folder).glob("member-*"))]
    if rounds == "serve":
        return serve(base, members, read(pathlib.Path(pixels_file))["pixel_values"])
    pixels = torch.randn(1, 3, 224, 224)
    clocks, processors = [], []
    with torch.no_grad():
        for _ in range(int(rounds) + 1):
            start, used = time.perf_counter(), time.process_time()
            torch.stack([forward(base, member, pixels) for member in members])
            clocks.append(time.perf_counter() - start)
            processors.append(time.process_time() - used)
    clock, processor = (1000 * statistics.median(times[1:]) for times in (clocks, processors))
    print(f"PyTorch {torch.__version__}, {len(members)} members, {threads} threads: {clock:.0f} ms, {processor:.0f} CPU ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
