"""The states that recurrent operators begin with: zeros are left out, as these begin with zeros anyway.

Exporters write them where the batch is fixed, as a tensor that looks like any weight.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from archsum.interchange.onnx.plan import is_attribute
from archsum.interchange.onnx.protobuf import constant_of
from archsum.interchange.onnx.values import Operator, Tensor

RECURRENT = ("GRU", "LSTM", "RNN")
STATES = (5, 6)
"""Which inputs they are; the second is the memory of an LSTM."""
_KEEPING = (
    "Cast", "CastLike", "Expand", "Flatten", "Gather", "Identity", "Reshape", "Slice", "Split", "Squeeze", "Tile",
    "Transpose", "Unsqueeze",
)  # fmt: skip
"""Operators that make zeros of zeros, whatever else they take."""
_COMPUTED = re.compile(r"val_\d+")
"""What PyTorch's exporter calls what it has computed, and so no parameter, which keeps its name."""


class Begun(NamedTuple):
    """The operators of a graph without states of zeros, and which tensors of the file these were."""

    nodes: list[Operator]
    zeros: frozenset[str]
    presumed: tuple[str, ...]
    """Those of them whose elements are in another file, and that are called as what an exporter computes."""


def without_zero_states(nodes: Sequence[Operator], tensors: Mapping[str, Tensor]) -> Begun:
    """Leave the states of zeros out; the operators are in topological order."""
    zeros = {name: {name} for name, tensor in tensors.items() if _may_be_zeros(name, tensor)}
    left: set[str] = set()
    found = []
    for node in nodes:
        if node.is_standard and node.type in RECURRENT:
            gone = {number for number in STATES if number < len(node.inputs) and node.inputs[number] in zeros}
            left.update(origin for number in gone for origin in zeros[node.inputs[number]])
            kept = tuple("" if number in gone else name for number, name in enumerate(node.inputs))
            found.append(node._replace(inputs=kept))
            continue
        found.append(node)
        origins = _zeros_of(node, zeros)
        if origins is not None:
            zeros |= dict.fromkeys(filter(None, node.outputs), origins)
    presumed = [name for name in tensors if name in left and not tensors[name].is_zero]
    return Begun(found, frozenset(left), tuple(presumed))


def _may_be_zeros(name: str, tensor: Tensor) -> bool:
    if tensor.is_elsewhere:
        return tensor.is_float and _COMPUTED.fullmatch(name) is not None
    return tensor.is_zero and not is_attribute(name)


def _zeros_of(node: Operator, zeros: Mapping[str, set[str]]) -> set[str] | None:
    """Return the tensors of the file that zeros come from; None where an operator gives anything else."""
    if not node.is_standard:
        return None
    if node.type == "Constant":
        tensor = constant_of(node)
        return set() if tensor is not None and tensor.is_zero else None
    if node.type == "ConstantOfShape":
        value = node.attributes.get("value")
        tensor = None if value is None else constant_of(node)
        return set() if value is None or (tensor is not None and tensor.is_zero) else None
    if node.type == "Concat" and node.inputs and all(name in zeros for name in node.inputs):
        return set().union(*(zeros[name] for name in node.inputs))
    if node.type in _KEEPING and node.inputs:
        return zeros.get(node.inputs[0])
    return None
