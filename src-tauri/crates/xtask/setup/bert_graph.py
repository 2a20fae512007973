"""The all-MiniLM-L6-v2 encoder as an ONNX graph, from its published tensors.

The graph takes `input_ids`, `attention_mask` and `token_type_ids`, all int64 of
shape (batch, sequence), both dynamic, and gives `sentence_embedding`, float32 of
shape (batch, 384): the masked mean over the tokens, scaled to unit length.
Pooling is inside the graph, so that a batch hands back one row a text instead of
one a token.

Attention and normalization use ONNX Runtime's own fused operators, which the
quantizer knows; `fused=False` builds the same network of standard operators
only, which is the reference that the fused and the quantized graphs are checked
against.

Dynamic quantization gives a whole activation one scale, and a few channels of the
normalized activations are far larger than the rest. The fused graph therefore
divides those channels and multiplies the weights they meet by the same factors
("smoothing"), which changes nothing in float and about halves the int8 error. The
factors come from the weights alone.
"""

import json
import struct

import numpy as np
from onnx import TensorProto, helper, numpy_helper

LAYERS = 6
HEADS = 12
WIDTH = 384
HEAD_WIDTH = WIDTH // HEADS
EPSILON = 1e-12
OPSET = 17
# Large enough to drop a padded token from a softmax, small enough to stay finite.
MASKED = -10000.0
# How far a normalized channel reaches, in standard deviations, and which share of
# the difference in size between channels moves into the weights.
REACH = 3.0
SHARE = 0.65


def read_safetensors(path):
    """Float32 tensors of a safetensors file, by name."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        start, end = entry["data_offsets"]
        values = np.frombuffer(body[start:end], dtype="<f4")
        tensors[name] = values.reshape(entry["shape"])
    return tensors


class _Graph:
    """Nodes and constants, collected in order."""

    def __init__(self, tensors):
        self.tensors = tensors
        self.nodes = []
        self.constants = {}

    def constant(self, name, values):
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def weight(self, name):
        return self.constant(name, self.tensors[name])

    def transposed(self, name):
        return self.constant(name + ".transposed", self.tensors[name].T)

    def add(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def dense(self, value, name, output):
        product = self.add("MatMul", [value, self.transposed(name + ".weight")], output + ".product")
        return self.add("Add", [product, self.weight(name + ".bias")], output)


def build(tensors, fused):
    """The encoder as an ONNX model."""
    graph = _Graph(tensors)
    hidden = _embeddings(graph)
    mask = _mask(graph, fused)
    for layer in range(LAYERS):
        hidden = _layer(graph, hidden, mask, layer, fused)
    _pool(graph, hidden)

    tokens = ["batch", "sequence"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, tokens)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    outputs = [helper.make_tensor_value_info("sentence_embedding", TensorProto.FLOAT, ["batch", WIDTH])]
    opsets = [helper.make_opsetid("", OPSET)]
    if fused:
        opsets.append(helper.make_opsetid("com.microsoft", 1))
    return helper.make_model(
        helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, list(graph.constants.values())),
        opset_imports=opsets,
        ir_version=8,
        producer_name="atom",
    )


def _embeddings(graph):
    zero = graph.constant("index.zero", np.array([0], dtype=np.int64))
    one = graph.constant("index.one", np.array([1], dtype=np.int64))
    two = graph.constant("index.two", np.array([2], dtype=np.int64))
    words = graph.add("Gather", [graph.weight("embeddings.word_embeddings.weight"), "input_ids"], "embed.words")
    types = graph.add("Gather", [graph.weight("embeddings.token_type_embeddings.weight"), "token_type_ids"], "embed.types")
    shape = graph.add("Shape", ["input_ids"], "embed.shape")
    length = graph.add("Slice", [shape, one, two, zero], "embed.length")
    positions = graph.add(
        "Slice",
        [graph.weight("embeddings.position_embeddings.weight"), zero, length, zero],
        "embed.positions",
    )
    placed = graph.add("Add", [words, positions], "embed.placed")
    summed = graph.add("Add", [placed, types], "embed.sum")
    return graph.add(
        "LayerNormalization",
        [summed, graph.weight("embeddings.LayerNorm.weight"), graph.weight("embeddings.LayerNorm.bias")],
        "embed.output",
        axis=-1,
        epsilon=EPSILON,
    )


def _mask(graph, fused):
    """What attention takes as its mask: tokens to keep, or a term to add to the scores."""
    if fused:
        return graph.add("Cast", ["attention_mask"], "mask.kept", to=TensorProto.INT32)
    axes = graph.constant("mask.axes", np.array([1, 2], dtype=np.int64))
    kept = graph.add("Cast", ["attention_mask"], "mask.float", to=TensorProto.FLOAT)
    dropped = graph.add("Sub", [graph.constant("mask.one", np.array(1.0, dtype=np.float32)), kept], "mask.dropped")
    term = graph.add("Mul", [dropped, graph.constant("mask.masked", np.array(MASKED, dtype=np.float32))], "mask.term")
    return graph.add("Unsqueeze", [term, axes], "mask.bias")


def _layer(graph, hidden, mask, layer, fused):
    source = f"encoder.layer.{layer}."
    output = f"layer{layer}."
    norm = f"encoder.layer.{layer - 1}.output.LayerNorm" if layer else "embeddings.LayerNorm"
    if fused:
        context = _fused_attention(graph, hidden, mask, source + "attention.self.", norm, output + "attention")
    else:
        context = _plain_attention(graph, hidden, mask, source + "attention.self.", output + "attention")
    attended = _dense_and_norm(graph, context, hidden, source + "attention.output.", output + "attended", fused)

    if fused:
        wide = _smoothed_dense(
            graph, attended, source + "intermediate.dense", source + "attention.output.LayerNorm", output + "wide"
        )
    else:
        wide = graph.dense(attended, source + "intermediate.dense", output + "wide")
    active = _gelu(graph, wide, output + "active", fused)
    return _dense_and_norm(graph, active, attended, source + "output.", output + "output", fused)


def _plain_attention(graph, hidden, mask, source, output):
    def heads(part, order):
        flat = graph.dense(hidden, source + part, f"{output}.{part}")
        shape = graph.constant("heads.shape", np.array([0, 0, HEADS, HEAD_WIDTH], dtype=np.int64))
        split = graph.add("Reshape", [flat, shape], f"{output}.{part}.split")
        return graph.add("Transpose", [split], f"{output}.{part}.heads", perm=order)

    query = heads("query", [0, 2, 1, 3])
    key = heads("key", [0, 2, 3, 1])
    value = heads("value", [0, 2, 1, 3])
    scale = graph.constant("heads.scale", np.array(HEAD_WIDTH**-0.5, dtype=np.float32))
    raw = graph.add("MatMul", [query, key], output + ".raw")
    scaled = graph.add("Mul", [raw, scale], output + ".scaled")
    scores = graph.add("Add", [scaled, mask], output + ".scores")
    weights = graph.add("Softmax", [scores], output + ".weights", axis=-1)
    mixed = graph.add("MatMul", [weights, value], output + ".mixed")
    back = graph.add("Transpose", [mixed], output + ".back", perm=[0, 2, 1, 3])
    shape = graph.constant("flat.shape", np.array([0, 0, WIDTH], dtype=np.int64))
    return graph.add("Reshape", [back, shape], output)


def _smooth(graph, value, weight, norm, output):
    """`value` with its channels evened out, and `weight` such that their product stays the same."""
    reach = np.abs(graph.tensors[norm + ".bias"]) + REACH * np.abs(graph.tensors[norm + ".weight"])
    factors = reach**SHARE / np.abs(weight).max(axis=1) ** (1.0 - SHARE)
    factors = (factors / np.exp(np.log(factors).mean())).astype(np.float32)
    inverse = graph.constant(output + ".inverse", 1.0 / factors)
    return graph.add("Mul", [value, inverse], output), weight * factors[:, None]


def _smoothed_dense(graph, value, name, norm, output):
    value, weight = _smooth(graph, value, graph.tensors[name + ".weight"].T, norm, output + ".smooth")
    product = graph.add("MatMul", [value, graph.constant(output + ".weight", weight)], output + ".product")
    return graph.add("Add", [product, graph.weight(name + ".bias")], output)


def _fused_attention(graph, hidden, mask, source, norm, output):
    parts = [source + part for part in ("query", "key", "value")]
    weight = np.concatenate([graph.tensors[part + ".weight"].T for part in parts], axis=1)
    bias = np.concatenate([graph.tensors[part + ".bias"] for part in parts])
    hidden, weight = _smooth(graph, hidden, weight, norm, output + ".smooth")
    return graph.add(
        "Attention",
        [hidden, graph.constant(source + "qkv.weight", weight), graph.constant(source + "qkv.bias", bias), mask],
        output,
        domain="com.microsoft",
        num_heads=HEADS,
        mask_filter_value=MASKED,
    )


def _dense_and_norm(graph, value, residual, source, output, fused):
    gamma = graph.weight(source + "LayerNorm.weight")
    beta = graph.weight(source + "LayerNorm.bias")
    dense = graph.dense(value, source + "dense", output + ".dense")
    if fused:
        return graph.add(
            "SkipLayerNormalization",
            [dense, residual, gamma, beta],
            output,
            domain="com.microsoft",
            epsilon=EPSILON,
        )
    summed = graph.add("Add", [dense, residual], output + ".sum")
    return graph.add("LayerNormalization", [summed, gamma, beta], output, axis=-1, epsilon=EPSILON)


def _gelu(graph, value, output, fused):
    if fused:
        return graph.add("Gelu", [value], output, domain="com.microsoft")
    root = graph.constant("gelu.root", np.array(2.0**0.5, dtype=np.float32))
    one = graph.constant("gelu.one", np.array(1.0, dtype=np.float32))
    half = graph.constant("gelu.half", np.array(0.5, dtype=np.float32))
    scaled = graph.add("Div", [value, root], output + ".scaled")
    error = graph.add("Erf", [scaled], output + ".erf")
    raised = graph.add("Add", [error, one], output + ".raised")
    product = graph.add("Mul", [value, raised], output + ".product")
    return graph.add("Mul", [product, half], output)


def _pool(graph, hidden):
    last = graph.constant("pool.last", np.array([-1], dtype=np.int64))
    tokens = graph.constant("pool.tokens", np.array([1], dtype=np.int64))
    tiny = graph.constant("pool.tiny", np.array(1e-9, dtype=np.float32))
    kept = graph.add("Cast", ["attention_mask"], "pool.kept", to=TensorProto.FLOAT)
    column = graph.add("Unsqueeze", [kept, last], "pool.column")
    masked = graph.add("Mul", [hidden, column], "pool.masked")
    total = graph.add("ReduceSum", [masked, tokens], "pool.total", keepdims=0)
    count = graph.add("ReduceSum", [kept, tokens], "pool.count", keepdims=1)
    safe = graph.add("Max", [count, tiny], "pool.safe")
    mean = graph.add("Div", [total, safe], "pool.mean")
    norm = graph.add("ReduceL2", [mean], "pool.norm", axes=[1], keepdims=1)
    length = graph.add("Max", [norm, tiny], "pool.length")
    graph.add("Div", [mean, length], "sentence_embedding")
