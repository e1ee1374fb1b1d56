"""An ONNX graph, collected node by node and written as the file that onnxruntime loads.

An ONNX file is a protocol buffer (onnx.proto, Apache-2.0). Of its messages a graph needs few, so
they are written here, which saves a package; the numbers are those of that file's fields.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT, UINT8, INT32, INT64, BOOL = 1, 2, 6, 7, 9  # TensorProto.DataType
KINDS = {"float32": FLOAT, "uint8": UINT8, "int64": INT64}
IR_VERSION = 10
MICROSOFT = "com.microsoft"
OPERATOR_SETS = {"": 21, MICROSOFT: 1}
CONTRIBUTED = {  # operators of onnxruntime's own, beyond the standard
    "BiasGelu",
    "MatMulNBits",
    "MultiHeadAttention",
    "SkipLayerNormalization",
}
Sizes = Sequence[int | str]  # a text names a size that is known at run time only
Inputs = Mapping[str, tuple[int, Sizes]]  # name to type and sizes


class Graph:
    """Nodes and constants; names are the caller's, and each is given once."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self.named: set[str] = set()  # the constants

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """A tensor whose ONNX type follows from its dtype; returns its name."""
        self.named.add(name)
        kind = KINDS[str(value.dtype)]
        dims = b"".join(_number(1, size) for size in value.shape)
        data = np.ascontiguousarray(value).tobytes()
        self._constants.append(dims + _number(2, kind) + _bytes(8, name) + _bytes(9, data))
        return name

    def node(
        self,
        kind: str,
        inputs: Sequence[str],
        outputs: str | Sequence[str],
        **attributes: "float | Branch",
    ) -> str:
        """A node with numbers and branches as attributes; returns its first output."""
        results = [outputs] if isinstance(outputs, str) else list(outputs)
        parts = [_bytes(1, name) for name in inputs] + [_bytes(2, name) for name in results]
        parts += [_bytes(3, results[0]), _bytes(4, kind)]
        parts += [_bytes(5, _attribute(name, value)) for name, value in attributes.items()]
        if kind in CONTRIBUTED:
            parts.append(_bytes(7, MICROSOFT))
        self._nodes.append(b"".join(parts))
        return results[0]

    def branch(self, output: str, shape: Sizes) -> "Branch":
        """What was collected as a branch of an `If`; names of the graph around are in reach."""
        parts = [_bytes(1, node) for node in self._nodes]
        parts.append(_bytes(2, output))
        parts += [_bytes(5, constant) for constant in self._constants]
        return Branch(b"".join([*parts, _bytes(12, _described(output, FLOAT, shape))]))

    def pieces(self, inputs: Inputs, outputs: Mapping[str, Sizes]) -> Iterator[bytes]:
        """The file, in pieces to write one after the other; float32 comes out."""
        graph = [_bytes(1, node) for node in self._nodes]
        graph.append(_bytes(2, "encoder"))
        graph += [_bytes(5, constant) for constant in self._constants]
        graph += [
            _bytes(11, _described(name, *kind_and_sizes)) for name, kind_and_sizes in inputs.items()
        ]
        graph += [_bytes(12, _described(name, FLOAT, sizes)) for name, sizes in outputs.items()]
        yield _number(1, IR_VERSION)
        for domain, version in OPERATOR_SETS.items():
            yield _bytes(8, _bytes(1, domain) + _number(2, version))
        yield _varint(7 << 3 | 2) + _varint(sum(map(len, graph)))
        yield from graph


class Branch(bytes):
    """A finished subgraph (GraphProto)."""

    __slots__ = ()


def _attribute(name: str, value: "float | Branch") -> bytes:
    if isinstance(value, Branch):
        return _bytes(1, name) + _bytes(6, value) + _number(20, 5)
    if isinstance(value, int):
        return _bytes(1, name) + _number(3, value) + _number(20, 2)
    return _bytes(1, name) + _real(2, value) + _number(20, 1)


def _described(name: str, kind: int, shape: Sizes) -> bytes:
    """ValueInfoProto: the name, type and shape of an input or output."""
    dims = b"".join(
        _bytes(1, _number(1, size) if isinstance(size, int) else _bytes(2, size)) for size in shape
    )
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dims)))


def _varint(value: int) -> bytes:
    """A number from 0 up in base 128, low digits first."""
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    digits.append(value)
    return bytes(digits)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    """A field of bytes, of text, or of another message."""
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _real(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)
