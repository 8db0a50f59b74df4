"""The encoder of BERT (Devlin et al. 2018) as a graph for onnxruntime, its weights in four bits as they are packed.

    (1, tokens, width) sums of embeddings -> layer normalisation -> layers -> the mean over the tokens: (1, width)

A layer: attention (Vaswani et al. 2017), then two matrices with a GELU (Hendrycks and Gimpel 2016, exact) between them; each of the two is added to what it was given, and the sum normalised.

`MatMulNBits` multiplies by blocks of four bits without keeping the matrix unpacked: a process holds twelve megabytes of weights instead of eighty-five. What comes in stays in float32. Rounded to eight bits a short text would cost a quarter less, and
each family of processors would round in its own way: vectors of one text would differ by what turns near ties. Pure; called by `packaged_e5.py`.
"""

import numpy as np
from numpy.typing import NDArray

from rag.embedders.onnx_format import CONTRIBUTED, Message, model, node, tensor, value
from rag.embedders.packed_weights import BLOCK, Blocks, PackedWeights

GIVEN, RESULT = "embeddings", "mean"
_FLOAT32 = 1
"""The accuracy level whose products are of float32 (4: of eight-bit integers)."""


def bert_graph(packed: PackedWeights) -> bytes:
    """The model, for `onnxruntime.InferenceSession`: takes `GIVEN` (1, tokens, width), gives `RESULT` (1, width)."""
    graph = _Graph(packed)
    states = graph.normalised(GIVEN)
    for layer in range(packed.sizes.layers):
        states = graph.layer(states, f"l{layer}")
    return graph.finished(states)


class _Graph:
    """Grows by a node at a time. Methods take the names of what goes in, and return the name of what comes out; tensors have the names of the file."""

    def __init__(self, packed: PackedWeights) -> None:
        self._packed = packed
        self._nodes: list[Message] = []
        self._tensors: list[Message] = []

    def normalised(self, states: str) -> str:
        """What goes into the first layer."""
        scale, shift = self._floats("emb.ln.w"), self._floats("emb.ln.b")
        return self._node("LayerNormalization", [states, scale, shift], "emb", epsilon=self._packed.sizes.epsilon)

    def layer(self, states: str, name: str) -> str:
        """One layer."""
        sizes = self._packed.sizes
        parts = [self._times(states, f"{name}.{part}", sizes.width) for part in "qkv"]
        seen = self._node("MultiHeadAttention", parts, f"{name}.seen", domain=CONTRIBUTED, num_heads=sizes.heads)
        states = self._added(states, self._times(seen, f"{name}.ao", sizes.width), f"{name}.aln")
        inner = self._node("Gelu", [self._times(states, f"{name}.fi", sizes.width)], f"{name}.gelu")
        return self._added(states, self._times(inner, f"{name}.fo", sizes.inner), f"{name}.oln")

    def finished(self, states: str) -> bytes:
        """The whole, with the mean at its end."""
        axis = self._constant("axis", np.array([1], np.int64))
        self._node("ReduceMean", [states, axis], RESULT, keepdims=0)
        width = self._packed.sizes.width
        return model(self._nodes, self._tensors, value(GIVEN, (1, "tokens", width)), value(RESULT, (1, width)))

    def _times(self, states: str, name: str, width: int) -> str:
        """The product with a matrix of rows so wide, and its bias."""
        blocks = self._packed.blocks(f"{name}.w", width)
        matrix = self._constant(f"{name}.w", _in_pairs(blocks))
        scales, bias = self._constant(f"{name}.scales", blocks.scales.reshape(-1)), self._floats(f"{name}.b")
        given = [states, matrix, scales, "", "", bias]
        rows = len(blocks.scales)
        return self._node(
            "MatMulNBits", given, name, domain=CONTRIBUTED, K=width, N=rows, bits=4, block_size=BLOCK, accuracy_level=_FLOAT32
        )

    def _added(self, states: str, change: str, name: str) -> str:
        """The normalised sum of both."""
        given = [states, change, self._floats(f"{name}.w"), self._floats(f"{name}.b")]
        return self._node("SkipLayerNormalization", given, name, domain=CONTRIBUTED, epsilon=self._packed.sizes.epsilon)

    def _node(self, operator: str, inputs: list[str], output: str, *, domain: str = "", **attributes: float) -> str:
        self._nodes.append(node(operator, inputs, output, domain=domain, **attributes))
        return output

    def _floats(self, name: str) -> str:
        return self._constant(name, self._packed.floats(name))

    def _constant(self, name: str, array: NDArray[np.float32] | NDArray[np.uint8] | NDArray[np.int64]) -> str:
        self._tensors.append(tensor(name, array))
        return name


def _in_pairs(blocks: Blocks) -> NDArray[np.uint8]:
    """The order that `MatMulNBits` reads, (rows, blocks, 16): byte j holds weight 2j in its lower half and weight 2j + 1 in its upper."""
    return blocks.values[..., 0::2] | blocks.values[..., 1::2] << np.uint8(4)
