"""A layer that states itself → a class to fill in."""

from collections.abc import Mapping
from typing import Any

from archsum.interchange.building.names import Names, identifier
from archsum.interchange.building.program import LayerStep
from archsum.interchange.building.source import Lines, comment, docstring
from archsum.interchange.building.torch.code import joined, known
from archsum.interchange.building.torch.scope import OF_MODULES
from archsum.interchange.building.torch.steps import UnsupportedError
from archsum.interchange.building.torch.text import breakable
from archsum.layers.base import Weight
from archsum.layers.shapes import Shape


def custom_class(
    step: LayerStep, weights: Mapping[str, Weight], count: int, output: Shape | None, name: str
) -> list[str]:
    """Return the lines of a class with a layer's weights, whose `forward` takes that many tensors.

    `output` is the shape of what it gives, where that is the same wherever it is used: until its `forward` is written,
    nothing else says so. Errors: UnsupportedError for weights of unknown sizes.
    """
    lines = Lines()
    lines.add(f"class {name}(nn.Module):")
    title = f"The file's custom layer{f' `{step.name}`' if step.name else ''}: write its `forward`."
    lines.lines += docstring([title], "    ")
    lines.lines.append("")
    lines.depth = 1
    lines.add("def __init__(self) -> None:")
    lines.depth = 2
    lines.add("super().__init__()")
    attributes = Names(OF_MODULES)
    for own, weight in weights.items():
        if None in weight.shape:
            raise UnsupportedError("makes no weights of unknown sizes", "state the sizes of the weights, in numbers")
        word, made = attributes.add(identifier(own, "weight")), f"torch.empty({joined(map(known, weight.shape))})"
        trained = "" if step.layers[0].trainable else ", requires_grad=False"
        if weight.trainable:
            lines.add(f"self.{word} = ", breakable(f"nn.Parameter({made}{trained})"))
        else:
            lines.add("", breakable(f'self.register_buffer("{word}", {made})'))
    if output is not None and None not in output:
        lines.add(f"self.output_shape = {joined(map(known, output))}")
    lines.depth = 1
    lines.lines.append("")
    takes = ", ".join(["self", *(f"x{number or ''}: Tensor" for number in range(count))])
    lines.add(f"def forward({takes}) -> Tensor:")
    lines.depth = 2
    for field, stated in step.fields.items():
        if field not in ("weights", "trainable"):
            lines.lines.append(f"        {comment(f'{field}: {_stated(stated)}')}")
    lines.add(f'raise NotImplementedError("{name}")')
    return lines.lines


def _stated(value: Any) -> str:
    return str(value) if not isinstance(value, list) else f"[{', '.join(map(str, value))}]"
