"""Paddings in numbers, which Keras's convolutions and poolings do not have: a layer pads first."""

from collections.abc import Callable

from archsum.formula import is_formula
from archsum.interchange.building.expressions import values_of
from archsum.interchange.building.keras.calls import LayerCall, Stage
from archsum.interchange.building.program import NotSymbolicError
from archsum.interchange.building.source import Code, Expression, call, literal


def padded(made: LayerCall, rank: int) -> tuple[Stage, ...]:
    """Return what pads with zeros before a layer; nothing where Keras's own words say it.

    Errors: NotSymbolicError where some uses have words and others numbers.
    """
    sides = _has_sides(made)
    if not any(sides):
        return ()
    stated, condition = written(made), None
    if not all(sides):
        condition = _unless_zero(stated)
    arguments = {"data_format": literal("channels_first")} if made.is_channels_first else {}
    common = f"ZeroPadding{rank}D"
    head = f"{made.use('keras', 'layers')}.{common}"
    if arguments and made.function.module.counted["padding"] > 1:
        head, arguments = made.function.module.partial(common, arguments), {}
    return (Stage(call(head, stated, **arguments), condition=condition),)


def _has_sides(made: LayerCall) -> list[bool]:
    """Return whether a padding in numbers is more than zero, at each use; nothing where Keras's own words say it.

    Errors: NotSymbolicError where some uses have words and others numbers.
    """
    paddings = made.each("padding")
    if all(isinstance(padding, str) for padding in paddings):
        return []
    if any(isinstance(padding, str) for padding in paddings):
        raise NotSymbolicError("padding")
    return [any(map(any, padding)) for padding in paddings]


def written(made: LayerCall) -> Expression:
    """Write a padding in numbers as Keras's layers take it."""
    try:
        stated = made.fields["padding"]
        if is_formula(stated) and not all(isinstance(value, int) for value in values_of(stated, made.step.uses)):
            raise NotSymbolicError("padding")
        return made.writer.write(stated, whole=True)
    except NotSymbolicError:
        return literal(made.known("padding"))


def _unless_zero(padding: Expression) -> str:
    """Return the condition that there is something to pad."""
    text = str(padding)
    halved = text.removesuffix(" // 2")
    return (
        f"{halved} > 1" if halved != text and halved.isidentifier() else text if text.isidentifier() else f"{text} > 0"
    )


def cropped(made: LayerCall, rank: int) -> tuple[Stage, ...]:
    """Return what crops the output of a transposed convolution whose padding is stated in numbers."""
    sides = _has_sides(made)
    if not any(sides):
        return ()
    first = literal("channels_first") if made.is_channels_first and rank > 1 else None
    stated = written(made)
    cropping = call(f"{made.use('keras', 'layers')}.Cropping{rank}D", stated, data_format=first)
    stage = Stage(cropping, condition=None if all(sides) else _unless_zero(stated))
    return channels_last(made, stage) if rank == 1 else (stage,)


def channels_last(made: LayerCall, stage: Stage) -> tuple[Stage, ...]:
    """Return a layer of sequences that has the channels last in Keras: others are permuted before it, and back."""
    if not made.is_channels_first:
        return (stage,)
    turned = Stage(call(f"{made.use('keras', 'layers')}.Permute", literal((2, 1))), condition=stage.condition)
    return turned, stage, turned


def stepped(
    made: LayerCall, rank: int, write: Callable[..., tuple[Stage, ...]], cls: str, positional: tuple[str, ...]
) -> tuple[Stage, ...]:
    """Return a convolution; one with strides and dilation, which Keras refuses, takes its steps afterwards."""
    steps = zip(made.each("strides"), made.each("dilation_rate"), strict=True)
    both = [max(strides) > 1 and max(rates) > 1 for strides, rates in steps]
    if not any(both):
        return write(made, cls, positional)
    first, *behind = write(made, cls, positional, strides=None)
    parts = ", ".join(f"::{step}" if step > 1 else ":" for step in made.known("strides"))
    index = f":, :, {parts}" if made.is_channels_first else f":, {parts}"
    return first, Stage(function=lambda inputs: Code(f"{inputs.first}[{index}]")), *behind
