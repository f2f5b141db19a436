"""A graph's operators, one after another → the layers that they become, and which tensors are weights."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import prod

from archsum.interchange.onnx.call import Call
from archsum.interchange.onnx.operators import RULES
from archsum.interchange.onnx.plan import Plan, Weight
from archsum.interchange.onnx.protobuf import constant_of
from archsum.interchange.onnx.sizes import Sizes
from archsum.interchange.onnx.stating import add_custom
from archsum.interchange.onnx.subgraphs import has_graphs, names_within
from archsum.interchange.onnx.values import Operator, RefusedError, Tensor, UnknownRankError

_VIEWS = ("Cast", "CastLike", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze")
"""Operators that give the elements of a weight another shape, order or precision, each of them once."""
_QUANTIZING = ("DequantizeLinear", "QuantizeLinear")
_OF_FIRST_ALONE = ("CastLike", *_QUANTIZING)
"""Operators whose other inputs say how, and are no weights."""
_QUANTIZED_WEIGHTS = {"ConvInteger": (1,), "MatMulInteger": (1,), "QLinearConv": (3, 8), "QLinearMatMul": (3,)}
"""Where operators on whole numbers have their weights."""
_SETTING = (
    "Clip", "Dropout", "DynamicQuantizeLinear", "OneHot", "Pad", "Range", "Resize", "Upsample", *_OF_FIRST_ALONE,
    *_QUANTIZED_WEIGHTS,
)  # fmt: skip
"""Operators that take numbers which say how they work, and are no weights."""


class Walk:
    """Goes through the operators of a graph, in topological order."""

    def __init__(
        self,
        nodes: Sequence[Operator],
        outputs: Sequence[str],
        initializers: Mapping[str, Tensor],
        sizes: Sizes,
        version: int,
    ) -> None:
        takers = Counter(name for node in nodes for name in (*node.inputs, *names_within(node)) if name)
        takers.update(outputs)
        self.plan = Plan(sizes, initializers, takers)
        self._version = version
        self._lost: set[str] = set()  # tensors of which not even the number of axes is known
        self._integers: dict[str, Tensor] = {}
        self._stated: set[str] = set()  # tensors that the file itself has
        for name, tensor in initializers.items():
            self._add_tensor(name, tensor)

    def take(self, node: Operator) -> None:
        """Add what an operator becomes. Errors: ModelError where it cannot be what it says."""
        if not self._lost.isdisjoint(node.inputs):
            self._lost.update(node.outputs)  # what is wrong has been reported
        elif node.type == "Constant" and node.is_standard:
            tensor = constant_of(node)
            if tensor is not None:
                self._add_tensor(node.outputs[0], tensor)
        elif not self._is_constant(node):
            self._mark_quantized(node)
            count = len(self.plan.layers)
            call = Call(node, self.plan, self._version)
            try:
                rule = RULES.get(node.type) if node.is_standard else None
                if rule is None:
                    raise RefusedError(f"archsum does not know the operator {node.type}")
                rule(call)
                self._require_all(node)
                self._add_others(call)
            except RefusedError as error:
                self.plan.undo(count)
                self._state(call, str(error))

    def _state(self, call: Call, reason: str) -> None:
        try:
            add_custom(call, reason)
        except UnknownRankError:
            self._lost.update(call.operator.outputs)
            raise

    def _add_others(self, call: Call) -> None:
        """Add what gives an output that the operator has beside its own, as the places of maxima."""
        plan = self.plan
        for number, name in enumerate(call.operator.outputs):
            if not call.is_taken(number) or plan.gives(name) or not plan.is_data(name) or name in plan.lists:
                continue
            if number == 0:
                raise RefusedError(f"what {call.operator.type} gives is not known")
            call.add("custom", {"output_shape": list(call.made(number).sample), "macs": 0, "flops": 0}, number=number)

    def _require_all(self, node: Operator) -> None:
        """Check that every weight that an operator takes is in its layers, or says how it works.

        Errors: RefusedError where one would be lost.
        """
        wanted = {
            origin for name in node.inputs if self.plan.counts(name) for origin in self.plan.weights[name].origins
        }
        if node.type not in _SETTING and not wanted <= self.plan.used:
            raise RefusedError("it takes a weight that its kind does not have")

    def _add_tensor(self, name: str, tensor: Tensor) -> None:
        self._stated.add(name)
        if tensor.is_float:
            self.plan.weights[name] = Weight(name, tensor.shape)
        else:
            self.plan.computed.add(name)
            self._integers[name] = tensor

    def _is_constant(self, node: Operator) -> bool:
        """Note what an operator gives that depends on no data; whether it becomes no layer for that."""
        plan = self.plan
        if node.type in ("Shape", "Size") and node.is_standard:
            plan.computed.update(node.outputs)
            return True
        taken = [name for name in node.inputs[: 1 if node.type in _OF_FIRST_ALONE else None] if name]
        if has_graphs(node) or any(map(plan.is_data, taken)):
            return False
        if taken and node.is_standard and self._is_view(node, taken[0]):
            return True
        if any(map(plan.counts, taken)):
            return False
        if self._is_filled_weight(node):
            name = node.outputs[0]
            plan.weights[name] = Weight(name, tuple(size or 0 for size in plan.size(name).shape))
        else:
            plan.computed.update(node.outputs)
        return True

    def _is_view(self, node: Operator, name: str) -> bool:
        """Note a weight whose elements are moved, or brought to another precision."""
        plan, output = self.plan, node.outputs[0]
        if node.type in _QUANTIZING and name in self._integers:
            plan.weights[output] = Weight(name, self._integers[name].shape)
            return True
        weight = plan.weights.get(name)
        if weight is None or node.type not in (*_VIEWS, *_QUANTIZING) or output not in plan.sized:
            return False
        shape = plan.sized[output].shape
        known = tuple(size for size in shape if size is not None)
        if len(known) < len(shape) or prod(known) != prod(weight.shape):
            return False
        plan.weights[output] = Weight(weight.source, known)
        return True

    def _is_filled_weight(self, node: Operator) -> bool:
        """Whether it is a weight of a file that has no weights, but fills them: of zeros, it is a computed bias."""
        if node.type != "ConstantOfShape" or not node.is_standard or node.inputs[0] not in self._stated:
            return False
        attribute = node.attributes.get("value")
        if attribute is None or node.outputs[0] not in self.plan.sized:
            return False
        tensor = constant_of(node)
        if tensor is None or not tensor.is_float or tensor.values is None or not tensor.values.any():
            return False
        return None not in self.plan.sized[node.outputs[0]].shape

    def _mark_quantized(self, node: Operator) -> None:
        """Note the weights of operators on whole numbers, which are no floats."""
        for number in _QUANTIZED_WEIGHTS.get(node.type, ()):
            name = node.inputs[number] if len(node.inputs) > number else ""
            if name in self._integers:
                self.plan.weights[name] = Weight(name, self._integers[name].shape)
