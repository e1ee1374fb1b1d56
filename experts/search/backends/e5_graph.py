"""The encoder of multilingual-e5-small as one ONNX graph: embedded tokens in, unit vectors out.

The packed file's 4-bit blocks are those that onnxruntime multiplies with (`MatMulNBits`): nothing
is rounded anew. Activations are scaled by blocks too, so that a text's vector does not depend on
the texts beside it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experts.search.backends.e5_adapter import Adapter
from experts.search.backends.e5_format import BLOCK, Codes, PackedModel
from experts.search.backends.onnx_graph import BOOL, FLOAT, INT32, INT64, Graph, Inputs, Sizes

INT8_ARITHMETIC = 4  # `accuracy_level` of MatMulNBits
WORDS, MASK = "inputs_embeds", "attention_mask"
QUESTIONS = "adapted"  # the rows of the batch that go through the adapter as well
OUTPUT, ADAPTED = "sentence_embedding", "adapted_embedding"


def write_graph(model: PackedModel, adapter: Adapter, path: Path) -> None:
    """Write the encoder; the table of its words stays outside, where it can be mapped.

    The layers that the adapter changes stand twice in the graph, on the same constants: as they
    were published, for every row, and changed, for the rows of `adapted`, run only if there are
    any.
    """
    encoder = _Encoder(model)
    state = encoder.embedded()
    for layer in range(adapter.first_layer):
        state = encoder.layer(layer, state)
    encoder.branch(state, adapter)
    for layer in range(adapter.first_layer, model.shape.layers):
        state = encoder.layer(layer, state)
    encoder.pooled(state, MASK, OUTPUT)
    hidden = model.shape.hidden
    inputs: Inputs = {
        WORDS: (FLOAT, ["batch", "length", hidden]),
        MASK: (INT64, ["batch", "length"]),
        QUESTIONS: (INT64, ["questions"]),
    }
    outputs: dict[str, Sizes] = {OUTPUT: ["batch", hidden], ADAPTED: ["questions", hidden]}
    with path.open("wb") as file:
        file.writelines(encoder.graph.pieces(inputs, outputs))


class _Encoder:
    """The parts of a BERT encoder, each added to the graph; a part returns its output's name."""

    def __init__(self, model: PackedModel) -> None:
        self.model = model
        self.shape = model.shape
        self.epsilon = float(model.shape.epsilon)
        self.graph = self.constants = Graph()  # two while a branch is built
        self.prefix, self.mask, self.adapter = "", "mask", Adapter({})
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

    def branch(self, state: str, adapter: Adapter) -> str:
        """The rest of the encoder with the adapter, for some rows of this state; maybe for none."""
        outer = self.graph
        shape: Sizes = ["questions", self.shape.hidden]
        outer.node("Size", [QUESTIONS], "adapted.count")
        outer.node("Cast", ["adapted.count"], "adapted.any", to=BOOL)
        outer.constant("adapted.nothing", np.array([0, self.shape.hidden], np.int64))
        self.graph, self.prefix, self.mask, self.adapter = Graph(), "adapted.", "some.mask", adapter
        state = self.graph.node("Gather", [state, QUESTIONS], "some.state", axis=0)
        self.graph.node("Gather", ["mask", QUESTIONS], "some.mask", axis=0)
        for layer in range(adapter.first_layer, self.shape.layers):
            state = self.layer(layer, state)
        some = self.graph.branch(self.pooled(state, "some.mask", "adapted.unit"), shape)
        self.graph = Graph()
        nothing = self.graph.node("ConstantOfShape", ["adapted.nothing"], "adapted.none")
        none = self.graph.branch(nothing, shape)
        self.graph, self.prefix, self.mask, self.adapter = outer, "", "mask", Adapter({})
        return outer.node("If", ["adapted.any"], ADAPTED, then_branch=some, else_branch=none)

    def layer(self, number: int, state: str) -> str:
        shape, graph, at = self.shape, self.graph, f"l{number}"
        joint = self._product(state, number, "qkv", [f"{at}.{n}.w" for n in "qkv"], shape.hidden)
        parts = [f"{self.prefix}{at}.{n}" for n in "qkv"]
        graph.node("Split", [joint, "thirds"], parts, axis=2)
        attended = graph.node(
            "MultiHeadAttention",
            [*parts, self._joint_bias(at), self.mask],
            f"{self.prefix}{at}.attended",
            num_heads=shape.heads,
        )
        mixed = self._product(attended, number, "ao", [f"{at}.ao.w"], shape.hidden)
        state = self._added(mixed, state, f"{at}.aln", self._bias(f"{at}.ao.b", shape.hidden))
        wide = self._product(state, number, "fi", [f"{at}.fi.w"], shape.hidden, shape.inner)
        bias = self._bias(f"{at}.fi.b", shape.inner)
        bent = graph.node("BiasGelu", [wide, bias], f"{self.prefix}{at}.wide")
        narrow = self._product(bent, number, "fo", [f"{at}.fo.w"], shape.inner)
        return self._added(narrow, state, f"{at}.oln", self._bias(f"{at}.fo.b", shape.hidden))

    def pooled(self, state: str, mask: str, output: str) -> str:
        """The mean of the tokens at length 1. The mean's divisor would cancel, so it is a sum."""
        graph, to = self.graph, self.prefix
        graph.node("Cast", [mask], f"{to}ones", to=FLOAT)
        graph.node("Unsqueeze", [f"{to}ones", "last"], f"{to}weights")
        graph.node("Mul", [state, f"{to}weights"], f"{to}kept")
        graph.node("ReduceSum", [f"{to}kept", "one"], f"{to}sum", keepdims=0)
        return graph.node("LpNormalization", [f"{to}sum"], output, axis=1, p=2)

    def _product(
        self,
        source: str,
        layer: int,
        product: str,
        matrices: Sequence[str],
        width: int,
        height: int = 0,
    ) -> str:
        """`source` of this width times matrices of this height (hidden, if not said), stacked."""
        height = height or self.shape.hidden
        name = f"l{layer}.{product}"

        def codes() -> Codes:
            return _paired(np.concatenate([self.model.blocks(m, height)[0] for m in matrices]))

        def steps() -> NDArray[np.float32]:
            return np.concatenate([self.model.blocks(m, height)[1] for m in matrices]).reshape(-1)

        result = self.graph.node(
            "MatMulNBits",
            [
                source,
                self._constant(f"{name}.codes", codes),
                self._constant(f"{name}.steps", steps),
            ],
            f"{self.prefix}{name}",
            K=width,
            N=height * len(matrices),
            bits=4,
            block_size=BLOCK,
            accuracy_level=INT8_ARITHMETIC,
        )
        if (layer, product) not in self.adapter.pairs:
            return result
        down, up = self.adapter.pairs[layer, product]
        to = f"{self.prefix}{name}"
        self.graph.node(
            "MatMul", [source, self.constants.constant(f"{to}.down", _columns(down))], f"{to}.thin"
        )
        self.graph.node(
            "MatMul",
            [f"{to}.thin", self.constants.constant(f"{to}.up", _columns(up))],
            f"{to}.change",
        )
        return self.graph.node("Add", [result, f"{to}.change"], f"{to}.changed")

    def _added(self, change: str, state: str, norm: str, bias: str) -> str:
        return self.graph.node(
            "SkipLayerNormalization",
            [change, state, *self._norm(norm), bias],
            f"{self.prefix}{norm}.state",
            epsilon=self.epsilon,
        )

    def _norm(self, name: str) -> list[str]:
        return [self._bias(f"{name}.{part}", self.shape.hidden) for part in "wb"]

    def _bias(self, name: str, size: int) -> str:
        return self._constant(name, lambda: self.model.tensor(name, size))

    def _joint_bias(self, at: str) -> str:
        def biases() -> NDArray[np.float32]:
            size = self.shape.hidden
            return np.concatenate([self.model.tensor(f"{at}.{n}.b", size) for n in "qkv"])

        return self._constant(f"{at}.qkv.b", biases)

    def _constant(self, name: str, make: Callable[[], NDArray[Any]]) -> str:
        """A constant of the model, which a branch shares with the graph around it."""
        return name if name in self.constants.named else self.constants.constant(name, make())


def _paired(codes: Codes) -> Codes:
    """Two neighbouring codes a byte, the first in the low half."""
    return codes[..., 0::2] | (codes[..., 1::2] << np.uint8(4))


def _columns(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.ascontiguousarray(matrix.T)
