"""The encoder of multilingual-e5-small as one ONNX graph: embedded tokens in, unit vectors out.

The packed file's 4-bit blocks are those that onnxruntime multiplies with (`MatMulNBits`): nothing
is rounded anew. Activations are scaled by blocks too, so that a text's vector does not depend on
the texts beside it.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from experts.search.backends.e5_format import BLOCK, Codes, PackedModel
from experts.search.backends.onnx_graph import FLOAT, INT32, INT64, Graph, Inputs

INT8_ARITHMETIC = 4  # `accuracy_level` of MatMulNBits
WORDS, MASK = "inputs_embeds", "attention_mask"
OUTPUT = "sentence_embedding"


def write_graph(model: PackedModel, path: Path) -> None:
    """Write the encoder; the table of its words stays outside, where it can be mapped."""
    encoder = _Encoder(model)
    state = encoder.embedded()
    for layer in range(model.shape.layers):
        state = encoder.layer(f"l{layer}", state)
    encoder.pooled(state)
    hidden = model.shape.hidden
    inputs: Inputs = {
        WORDS: (FLOAT, ["batch", "length", hidden]),
        MASK: (INT64, ["batch", "length"]),
    }
    with path.open("wb") as file:
        file.writelines(encoder.graph.pieces(inputs, OUTPUT, ["batch", hidden]))


class _Encoder:
    """The parts of a BERT encoder, each added to the graph; a part returns its output's name."""

    def __init__(self, model: PackedModel) -> None:
        self.model = model
        self.shape = model.shape
        self.epsilon = float(model.shape.epsilon)
        self.graph = Graph()
        for name, value in {"zero": 0, "one": 1, "two": 2, "last": -1}.items():
            self.graph.constant(name, np.array([value], np.int64))
        self.graph.constant("thirds", np.array([self.shape.hidden] * 3, np.int64))
        self.graph.node("Cast", [MASK], "mask", to=INT32)

    def embedded(self) -> str:
        """Words, which come from outside, places and the one type of text, added and normalised."""
        shape, graph = self.shape, self.graph
        places = self.model.tensor("emb.pos", shape.positions, shape.hidden)
        places += self.model.tensor("emb.type", shape.types, shape.hidden)[0]
        graph.node("Shape", [WORDS], "sizes")
        graph.node("Slice", ["sizes", "one", "two"], "length")
        graph.node("Slice", [graph.constant("places", places), "zero", "length", "zero"], "placed")
        graph.node("Add", [WORDS, "placed"], "embedded")
        return graph.node(
            "LayerNormalization",
            ["embedded", *self._norm("emb.ln")],
            "state",
            axis=2,
            epsilon=self.epsilon,
        )

    def layer(self, at: str, state: str) -> str:
        shape, graph = self.shape, self.graph
        joint = self._product(state, f"{at}.qkv", [f"{at}.{n}.w" for n in "qkv"], shape.hidden)
        biases = np.concatenate([self.model.tensor(f"{at}.{n}.b", shape.hidden) for n in "qkv"])
        graph.node("Split", [joint, "thirds"], [f"{at}.{n}" for n in "qkv"], axis=2)
        attended = graph.node(
            "MultiHeadAttention",
            [*(f"{at}.{n}" for n in "qkv"), graph.constant(f"{at}.qkv.b", biases), "mask"],
            f"{at}.attended",
            num_heads=shape.heads,
        )
        mixed = self._product(attended, f"{at}.ao", [f"{at}.ao.w"], shape.hidden)
        state = self._added(mixed, state, f"{at}.aln", self._bias(f"{at}.ao.b", shape.hidden))
        wide = self._product(state, f"{at}.fi", [f"{at}.fi.w"], shape.hidden, shape.inner)
        bent = graph.node("BiasGelu", [wide, self._bias(f"{at}.fi.b", shape.inner)], f"{at}.wide")
        narrow = self._product(bent, f"{at}.fo", [f"{at}.fo.w"], shape.inner)
        return self._added(narrow, state, f"{at}.oln", self._bias(f"{at}.fo.b", shape.hidden))

    def pooled(self, state: str) -> str:
        """The mean of the tokens at length 1. The mean's divisor would cancel, so it is a sum."""
        graph = self.graph
        graph.node("Cast", [MASK], "ones", to=FLOAT)
        graph.node("Unsqueeze", ["ones", "last"], "weights")
        graph.node("Mul", [state, "weights"], "kept")
        graph.node("ReduceSum", ["kept", "one"], "sum", keepdims=0)
        return graph.node("LpNormalization", ["sum"], OUTPUT, axis=1, p=2)

    def _product(
        self, source: str, target: str, matrices: Sequence[str], width: int, height: int = 0
    ) -> str:
        """`source` of this width times matrices of this height (hidden, if not said), stacked."""
        height = height or self.shape.hidden
        parts = [self.model.blocks(name, height) for name in matrices]
        codes = np.concatenate([codes for codes, _ in parts])
        steps = np.concatenate([steps for _, steps in parts]).reshape(-1)
        return self.graph.node(
            "MatMulNBits",
            [
                source,
                self.graph.constant(f"{target}.codes", _paired(codes)),
                self.graph.constant(f"{target}.steps", steps),
            ],
            target,
            K=width,
            N=height * len(matrices),
            bits=4,
            block_size=BLOCK,
            accuracy_level=INT8_ARITHMETIC,
        )

    def _added(self, change: str, state: str, norm: str, bias: str) -> str:
        return self.graph.node(
            "SkipLayerNormalization",
            [change, state, *self._norm(norm), bias],
            f"{norm}.state",
            epsilon=self.epsilon,
        )

    def _norm(self, name: str) -> list[str]:
        return [self._bias(f"{name}.{part}", self.shape.hidden) for part in "wb"]

    def _bias(self, name: str, size: int) -> str:
        return self.graph.constant(name, self.model.tensor(name, size))


def _paired(codes: Codes) -> Codes:
    """Two neighbouring codes a byte, the first in the low half."""
    return codes[..., 0::2] | (codes[..., 1::2] << np.uint8(4))
