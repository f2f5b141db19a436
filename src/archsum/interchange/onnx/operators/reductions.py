"""Operators that make one element of many along axes."""

from archsum.interchange.onnx.call import CHANNELS_FIRST, Call
from archsum.interchange.onnx.operators.moving import alias
from archsum.interchange.onnx.operators.table import Rule
from archsum.interchange.onnx.values import RefusedError


def reduce(function: str, before: str = "", behind: str = "") -> Rule:
    """Return the rule of a reduction, with a function of the elements before it, or of what it gives."""

    def rule(call: Call) -> None:
        given = call.given()
        stated = call.integers(1, "axes")
        keepdims = bool(call.operator.integer("keepdims", 1))
        if not stated:
            if call.operator.integer("noop_with_empty_axes", 0):
                alias(call)
                return
            stated = given.axes if given.batch is None else None
        if stated is None:
            raise RefusedError("it reduces the batch too")
        axes = sorted(given.normalized(axis) for axis in stated)
        rank = len(given.shape) - 2
        is_image = given.batch == 0 and given.times == 1 and rank in (2, 3)
        if function == "mean" and is_image and axes == list(range(2, rank + 2)):
            call.add(f"global_average_pooling{rank}d", {"keepdims": keepdims, **CHANNELS_FIRST})
            return
        positions = [given.axis(axis) for axis in axes]
        fields = {"function": function, "axis": positions if len(positions) > 1 else positions[0], "keepdims": keepdims}
        taken = [call.data()]
        if before:
            taken = [call.add("elementwise", {"function": before}, shape=given.sample)]
        if not behind:
            call.add("reduce", fields, taken)
            return
        reduced = call.add("reduce", fields, taken, shape=call.made().sample)
        call.add("elementwise", {"function": behind}, [reduced])

    return rule


def extreme(function: str) -> Rule:
    """Return the rule of what finds where the largest, or the smallest, element is."""

    def rule(call: Call) -> None:
        axis = call.given().axis(call.operator.integer("axis", 0))
        keepdims = bool(call.operator.integer("keepdims", 1))
        call.add("reduce", {"function": function, "axis": axis, "keepdims": keepdims})

    return rule


def cumulative(call: Call) -> None:
    """Add a sum of all elements up to each one."""
    call.add("elementwise", {"function": "cumsum"})


RULES: dict[str, Rule] = {
    "ArgMax": extreme("argmax"),
    "ArgMin": extreme("argmin"),
    "CumSum": cumulative,
    "ReduceL1": reduce("sum", before="abs"),
    "ReduceL2": reduce("norm"),
    "ReduceLogSum": reduce("sum", behind="log"),
    "ReduceLogSumExp": reduce("logsumexp"),
    "ReduceMax": reduce("max"),
    "ReduceMean": reduce("mean"),
    "ReduceMin": reduce("min"),
    "ReduceProd": reduce("prod"),
    "ReduceSum": reduce("sum"),
    "ReduceSumSquare": reduce("sum", before="square"),
}
