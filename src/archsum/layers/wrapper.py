"""What layers have in common that hold another."""

from typing import Annotated, ClassVar

from pydantic import Field, SerializeAsAny

from archsum.layers import kind_of
from archsum.layers.base import Layer, Weight, Work
from archsum.layers.fields import ANY_LAYER
from archsum.layers.shapes import Shape, product

HeldLayer = Annotated[SerializeAsAny[Layer], ANY_LAYER]
"""A layer in a field of another, written as in the list of layers."""


class Wrapper(Layer):
    """A layer that holds one other."""

    layer_fields: ClassVar[frozenset[str]] = frozenset({"layer"})
    shown_fields: ClassVar[tuple[str, ...]] = ("layer",)

    layer: HeldLayer = Field(description="The layer that it holds.", examples=[{"dense": {"units": 64}}])

    @property
    def held(self) -> str:
        """What Keras calls the layer that it holds."""
        return kind_of(type(self.layer))

    @property
    def steps(self) -> int:
        return self.layer.steps

    def held_inputs(self, *inputs: Shape) -> tuple[Shape, ...]:
        """Return the shapes that the held layer takes: by default the same."""
        return inputs

    def held_weights(self, name: str, *inputs: Shape) -> tuple[Weight, ...]:
        """Return the held layer's weights, by its name and theirs."""
        freezes = not self.layer.trainable
        return tuple(
            weight._replace(
                name=f"{name}/{weight.name}",
                trainable=weight.trainable and not freezes,
                frozen=weight.trainable and freezes,
            )
            for weight in self.layer.weights(*self.held_inputs(*inputs))
        )

    def uses(self, *inputs: Shape) -> int | None:
        """Return how many times it is used for one sample."""
        raise NotImplementedError

    def work(self, *inputs: Shape) -> tuple[Work, ...] | None:
        work, uses = self.layer.work(*self.held_inputs(*inputs)), self.uses(*inputs)
        return None if work is None else tuple(part._replace(elements=product((part.elements, uses))) for part in work)

    def between(self, *inputs: Shape) -> tuple[Shape, ...]:
        return self.layer.between(*self.held_inputs(*inputs))

    def connections(self, *inputs: Shape) -> int | None:
        return product((self.uses(*inputs), self.layer.connections(*self.held_inputs(*inputs))))

    def bias_note(self, *inputs: Shape) -> str:
        return self.layer.bias_note(*self.held_inputs(*inputs))
