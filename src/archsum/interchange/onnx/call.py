"""One operator in its graph, as the rules of the operators see it: what it is given, and the layers that it becomes."""

from collections.abc import Iterable, Sequence
from typing import Any

from archsum.interchange.onnx.plan import Plan, Planned, Use, Weight
from archsum.interchange.onnx.values import ModelError, Operator, RefusedError, Sized
from archsum.layers.shapes import Shape

CHANNELS_FIRST = {"data_format": "channels_first"}


class Call:
    """An operator, and the plan that its layers are added to."""

    def __init__(self, operator: Operator, plan: Plan, version: int) -> None:
        self.operator = operator
        self.plan = plan
        self.version = version
        """Of ONNX's operators, that the file is written for."""

    def has(self, number: int) -> bool:
        """Whether it is given an input."""
        return len(self.operator.inputs) > number and bool(self.operator.inputs[number])

    def name(self, number: int) -> str:
        """Return the name of an input. Errors: ModelError where there is none."""
        if not self.has(number):
            raise ModelError(f"has no input {number + 1}")
        return self.operator.inputs[number]

    def given(self, number: int = 0) -> Sized:
        """Return the sizes of an input."""
        return self.plan.size(self.name(number))

    def made(self, number: int = 0) -> Sized:
        """Return the sizes of an output."""
        return self.plan.size(self.operator.outputs[number])

    def is_taken(self, number: int) -> bool:
        """Whether something takes an output."""
        outputs = self.operator.outputs
        return len(outputs) > number and bool(outputs[number]) and self.plan.takers.get(outputs[number], 0) > 0

    def weight(self, number: int) -> Weight | None:
        """Return an input that is a weight."""
        return self.plan.weights.get(self.name(number)) if self.has(number) else None

    def required_weight(self, number: int) -> Weight:
        """Return an input that is a weight. Errors: RefusedError where it is something else."""
        weight = self.weight(number) or self.plan.folded(self.name(number))
        if weight is None:
            raise RefusedError(f"its input {number + 1} is no weight")
        return weight

    def values(self, number: int) -> Any:
        """Return the elements of an input that is a small constant; None where they are not known."""
        return self.plan.values.get(self.name(number)) if self.has(number) else None

    def integers(self, number: int, attribute: str = "") -> tuple[int, ...] | None:
        """Return the whole numbers of an input, or of the attribute that it was in old files; None without either.

        Errors: RefusedError where they depend on data.
        """
        if not self.has(number):
            return self.operator.integers(attribute) if attribute else None
        values = self.values(number)
        if values is None:
            raise RefusedError(f"its input {number + 1} depends on data")
        return tuple(int(value) for value in values.ravel())

    def data(self, number: int = 0) -> str:
        """Return an input as what a layer gives."""
        return self.plan.layer_of(self.name(number), self.operator)

    def add(
        self,
        kind: str,
        fields: dict[str, Any] | None = None,
        inputs: Sequence[str] | None = None,
        uses: Iterable[Use] = (),
        *,
        number: int = 0,
        shape: Shape | None = None,
    ) -> str:
        """Add a layer that gives an output, or with a shape something before it, and return what it gives.

        By default it takes the first input.
        """
        taken = [self.data()] if inputs is None else list(inputs)
        output = self.operator.outputs[number] if shape is None else self.plan.new(self.operator.outputs[number])
        expected = shape
        if shape is not None:
            self.plan.sized[output] = Sized(shape)
        elif output in self.plan.sized:
            expected = self.plan.sized[output].sample
        return self.plan.add(Planned(kind, fields or {}, taken, output, self.operator, list(uses), expected))

    def aligned(self, numbers: Iterable[int]) -> list[str]:
        """Return inputs whose axes are those of the output, counted from the last, as what layers give for a sample.

        Errors: RefusedError where the batch is along other axes.
        """
        return [self._aligned(number) for number in numbers]

    def _aligned(self, number: int) -> str:
        made, given, name = self.made(), self.given(number), self.name(number)
        missing = len(made.shape) - len(given.shape)
        if made.batch is None:
            if given.batch is not None:
                raise RefusedError("the batch is lost in it")
            return self.data(number)
        along = made.batch - missing
        if given.batch is not None:
            if given.batch != along or given.times not in (made.times, 1):
                raise RefusedError("the batch is along different axes of what it takes")
            if given.times != made.times:  # a sample has one where the others have several
                sizes = list(given.sample)
                sizes.insert(given.batch, 1)
                return self.plan.layer_of(name, self.operator, [size or -1 for size in sizes])
            return self.data(number)
        if along < 0 or made.times != 1:
            return self.data(number)
        if given.shape[along] != 1:
            raise RefusedError("it takes a constant that has the batch's size")
        weight = self.plan.weights.get(name)
        shape = list(weight.shape if weight else given.sample)
        del shape[along]
        if None in shape:
            return self.plan.layer_of(name, self.operator, shape)  # type: ignore[arg-type]
        return self.plan.layer_of(name, self.operator, [size or 1 for size in shape])


def padded_pairs(pads: Sequence[int]) -> list[tuple[int, int]]:
    """Return the sides of each axis: a file has all beginnings first, then all ends."""
    half = len(pads) // 2
    return list(zip(pads[:half], pads[half:], strict=False))
