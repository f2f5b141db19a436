"""A layer that states itself → a class to fill in."""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from archsum.formula import Formula, is_formula
from archsum.interchange.building.expressions import expression, values_named
from archsum.interchange.building.names import Names, identifier
from archsum.interchange.building.program import LayerStep
from archsum.interchange.building.source import Lines, comment, docstring
from archsum.interchange.building.torch.code import joined, known
from archsum.interchange.building.torch.lines import signature
from archsum.interchange.building.torch.scope import OF_MODULES, Scope
from archsum.interchange.building.torch.steps import UnsupportedError
from archsum.interchange.building.torch.text import breakable
from archsum.interchange.building.torch.uses import Parameter
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape


class Custom:
    """The class of a layer that states itself; what its formulas know is what it is made with."""

    def __init__(self, name: str, step: LayerStep, around: Scope) -> None:
        self.name = name
        self.step = step
        self._around = around
        self._attributes = Names(OF_MODULES)
        self.values: dict[str, str] = {
            value: self._attributes.add(identifier(value, "value")) for value in values_named(step.fields, around)
        }
        """The attributes that hold values, by the file's names of these."""
        self._parameters = Names(("self",))
        self._called = {value: self._parameters.add(word) for value, word in self.values.items()}
        self._sizes: dict[tuple[str | None, str], str] = {}

    # What its formulas know

    def value(self, name: str) -> str:
        """Return what a value is called in `__init__`."""
        return self._called[name]

    def has_value(self, name: str) -> bool:
        """Whether it is made with such a value."""
        return name in self._called

    def size(self, layer: str | None, axis: str) -> str:
        """Return what a size is called, and let it be given."""
        if (layer, axis) not in self._sizes:
            self._sizes[layer, axis] = self._parameters.add(f"{identifier(layer) if layer else 'in'}_{axis}")
        return self._sizes[layer, axis]

    def function(self, name: str) -> str:
        """Return what a function of formulas is called."""
        return self._around.function(name)

    # The class

    def construct(self, around: Scope) -> str:
        """Return what makes an object of it, where the sizes of what it takes are known."""
        given = [around.value(name) for name in self._called]
        given += [around.size(layer, axis) for layer, axis in self._sizes]
        return f"{self.name}({', '.join(given)})"

    def lines(
        self, weights: Mapping[str, Weight], types: Mapping[str, str], count: int, output: Shape | None
    ) -> list[str]:
        """Return the lines of the class, whose `forward` takes that many tensors; `types` are those of its values.

        `output` is the shape of what it gives, where that is the same wherever it is used: until its `forward` is
        written, nothing else says so. Errors: UnsupportedError for weights of unknown sizes.
        """
        stated_output = self._output(output)
        made = [*self._weights(weights), *stated_output]
        lines = Lines()
        lines.add(f"class {self.name}(nn.Module):")
        title = f"The file's custom layer{f' `{self.step.name}`' if self.step.name else ''}: write its `forward`."
        lines.lines += [*docstring([title], "    "), ""]
        lines.depth = 1
        parameters = [Parameter(word, types[name]) for name, word in self._called.items()]
        parameters += [Parameter(word, "int") for word in self._sizes.values()]
        if parameters or made:
            lines.add("def ", signature(parameters, "__init__"), " -> None:")
            lines.depth = 2
            lines.add("super().__init__()")
            for name, attribute in self.values.items():
                lines.add(f"self.{attribute} = {self._called[name]}")
            for before, value in made:
                lines.add(before, breakable(value))
            lines.depth = 1
            lines.lines.append("")
        takes = ", ".join(["self", *(f"x{number or ''}: Tensor" for number in range(count))])
        lines.add(f"def forward({takes}) -> Tensor:")
        lines.depth = 2
        for field, stated in self.step.fields.items():
            if field not in ("weights", "trainable", *(["output_shape"] if stated_output else [])):
                lines.lines.append(f"        {comment(f'{field}: {_stated(stated)}')}")
        lines.add(f'raise NotImplementedError("{self.name}")')
        return lines.lines

    def _weights(self, weights: Mapping[str, Weight]) -> list[tuple[str, str]]:
        """Return the statements that make its weights, each in two parts."""
        found = []
        for own, weight in weights.items():
            if None in weight.shape:
                raise UnsupportedError(
                    "makes no weights of unknown sizes", "state the sizes of the weights, in numbers"
                )
            word = self._attributes.add(identifier(own, "weight"))
            shape = joined(self._shape(self.step.fields["weights"][own], weight.shape))
            trained = "" if self.step.layers[0].trainable else ", requires_grad=False"
            if weight.trainable:
                found.append((f"self.{word} = ", f"nn.Parameter(0.02 * torch.randn({shape}){trained})"))
            else:
                found.append(("", f'self.register_buffer("{word}", torch.zeros({shape}))'))
        return found

    def _output(self, output: Shape | None) -> list[tuple[str, str]]:
        """Return the statement that says what it gives, where that is known."""
        stated = self.step.fields.get("output_shape")
        if isinstance(stated, list) and None not in stated:
            return [("self.output_shape = ", joined(self._shape(stated, ())))]
        return [] if output is None or None in output else [("self.output_shape = ", joined(map(known, output)))]

    def _shape(self, stated: Any, shape: Sequence[int | None]) -> list[str]:
        sizes = stated["shape"] if isinstance(stated, dict) else stated
        if not isinstance(sizes, list):
            return [str(known(size)) for size in shape]
        return [self._size(size) if is_formula(size) else str(known(size)) for size in sizes]

    def _size(self, stated: str) -> str:
        """Write a formula that is a whole number, where `/` gives one of Python's that is not."""
        formula = Formula(stated)
        written = expression(formula, self)
        return f"int({written})" if any(isinstance(node, ast.Div) for node in ast.walk(formula.tree)) else written


def _stated(value: Any) -> str:
    items = value if isinstance(value, list) else [value]
    written = ", ".join(str(item).removeprefix("=") for item in items)
    return f"[{written}]" if isinstance(value, list) else written
