"""What merges several inputs."""

from functools import partial

from archsum.interchange.building.keras.arguments import layer, own_layer
from archsum.interchange.building.keras.calls import Inputs, LayerCall, Stage, Table
from archsum.interchange.building.source import Expression, call


def _merge(made: LayerCall, cls: str) -> tuple[Stage, ...]:
    return (Stage(layer(made, cls), is_list=True),)


def _operation(made: LayerCall, function: str) -> tuple[Stage, ...]:
    """Return a function of `keras.ops` that takes each input."""
    ops = made.use("keras", "ops")
    return (Stage(function=lambda inputs: call(f"{ops}.{function}", *inputs.variables)),)


def _einsum(made: LayerCall) -> tuple[Stage, ...]:
    ops, equation = made.use("keras", "ops"), made.get("equation")
    return (Stage(function=lambda inputs: call(f"{ops}.einsum", equation, *inputs.variables)),)


def _stack(made: LayerCall) -> tuple[Stage, ...]:
    ops, axis = made.use("keras", "ops"), made.get("axis")

    def stacked(inputs: Inputs) -> Expression:
        return call(f"{ops}.stack", inputs.listed, axis=axis)

    return (Stage(function=stacked),)


def _gather(made: LayerCall) -> tuple[Stage, ...]:
    return (Stage(own_layer(made, "Gather"), is_list=len(made.inputs) > 1),)


TABLE: Table = {
    **{
        kind: partial(_merge, cls=kind.title())
        for kind in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot")
    },
    "divide": partial(_operation, function="divide"),
    "matmul": partial(_operation, function="matmul"),
    "einsum": _einsum,
    "stack": _stack,
    "gather": _gather,
}
