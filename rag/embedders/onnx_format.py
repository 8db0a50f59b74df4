"""Writes a model for onnxruntime: the few messages of ONNX that a graph of known operators needs, in the wire format of protocol buffers.

Sources: [onnx.proto3](https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3) for the numbers of the fields, the [encoding](https://protobuf.dev/programming-guides/encoding/) for their bytes. The package
`onnx` writes the same; it is 31 MB for these forty lines. Pure; called by `bert_graph.py`.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

CONTRIBUTED = "com.microsoft"
"""The domain of onnxruntime's own operators (ContribOperators.md of its repository)."""
_VERSIONS = {"": 20, CONTRIBUTED: 1}
_IR_VERSION = 9  # of which opset 20 is part
_KINDS = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int64): 7}
"""TensorProto.DataType."""
_FLOAT, _INT = 1, 2
"""AttributeProto.AttributeType."""


Message = list[bytes]
"""In pieces, which are joined once, at the end: weights are large."""


def model(nodes: Iterable[Message], tensors: Iterable[Message], given: Message, result: Message) -> bytes:
    """ModelProto: what onnxruntime loads. `given` and `result` are `value`s."""
    parts = [
        *(_field(1, node) for node in nodes),
        _field(2, "graph"),
        *(_field(5, tensor) for tensor in tensors),
        _field(11, given),
        _field(12, result),
    ]
    operators = [_field(8, _field(1, domain) + _field(2, version)) for domain, version in _VERSIONS.items()]
    return b"".join(_field(1, _IR_VERSION) + _all(operators) + _field(7, _all(parts)))


def node(operator: str, inputs: Sequence[str], output: str, *, domain: str = "", **attributes: float) -> Message:
    """NodeProto. An input that is left out is an empty name."""
    names = [*(_field(1, name) for name in inputs), _field(2, output)]
    return _all(names) + _field(4, operator) + _all(_field(5, _attribute(*pair)) for pair in attributes.items()) + _field(7, domain)


def tensor(name: str, array: NDArray[Any]) -> Message:
    """TensorProto: a constant of the graph."""
    shape = _all(_field(1, length) for length in array.shape)
    return shape + _field(2, _KINDS[array.dtype]) + _field(8, name) + _field(9, [array.tobytes()])


def value(name: str, shape: Sequence[int | str]) -> Message:
    """ValueInfoProto: what is given or comes out, float32; a length that is known only then has a name."""
    lengths = _all(_field(1, _field(1 if isinstance(length, int) else 2, length)) for length in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, _KINDS[np.dtype(np.float32)]) + _field(2, lengths)))


def _attribute(name: str, number: float) -> Message:
    kind, field = (_INT, 3) if isinstance(number, int) else (_FLOAT, 2)
    return _field(1, name) + _field(field, number) + _field(20, kind)


def _all(messages: Iterable[Message]) -> Message:
    return [piece for message in messages for piece in message]


def _field(number: int, content: float | str | Message) -> Message:
    """A field: its number with its wire type (0 varint, 2 so many bytes, 5 four bytes), then the content."""
    match content:
        case int():
            return [_varint(number << 3) + _varint(content)]
        case float():
            return [_varint(number << 3 | 5) + struct.pack("<f", content)]
        case str():
            return _field(number, [content.encode()])
        case _:
            return [_varint(number << 3 | 2) + _varint(sum(map(len, content))), *content]


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; all bytes but the last have their highest bit set."""
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    data.append(number)
    return bytes(data)
