"""What layers have in common that are an activation: one function of each element."""

from archsum.layers.activations import ACTIVATION_SCRATCH, activation_kept, activation_work
from archsum.layers.base import VIEW, Backward, ElementwiseLayer, Gradient, Kept, Reuse, WeightlessLayer, Work
from archsum.layers.operators import Operators, activation_operators
from archsum.layers.shapes import Shape, product


class ElementwiseFunction(ElementwiseLayer, WeightlessLayer):
    """A function of each element, which is an activation of other layers too.

    FLOPs:
        1 for each element.
    Kept:
        input.
    Errors:
        None; it takes an input of any shape.
    """

    @property
    def function(self) -> str:
        """The activation's name."""
        raise NotImplementedError

    @property
    def reuse(self) -> Reuse:
        return VIEW if self.function == "linear" else Reuse()

    def backward(self, *inputs: Shape) -> Backward:
        if self.function == "linear":
            return Backward((Gradient.SAME,))
        return Backward(scratch=inputs * ACTIVATION_SCRATCH.get(self.function, 0))

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        return activation_work(self.function, product(*inputs))

    def kept(self, *inputs: Shape) -> tuple[Kept, ...] | None:
        return activation_kept(self.function, *inputs)

    def operators(self, *inputs: Shape) -> Operators:
        return activation_operators(self.function, *inputs)
