"""Dense layers and matrix products."""

from string import ascii_letters
from typing import Any

from archsum.interchange.torch.batch import Layout, NotUnderstoodError
from archsum.interchange.torch.biases import take_bias
from archsum.interchange.torch.steps import Reader, Step, Steps, View
from archsum.interchange.torch.values import Value


def linear(view: View) -> Steps:
    """Read a dense layer, a module or a function."""
    if view.module:
        weights = view.weights(kernel="weight", bias="bias")
        return _dense(view.input, weights, 0, take_bias(view, weights, -1))
    data, weight = view.argument(0, "input"), view.argument(1, "weight")
    if not weight.is_parameter:
        return _with_computed_weight(view, data, weight)
    bias = view.argument(2, "bias")
    if bias is not None and not bias.is_parameter:
        (product,) = _dense(data, {"kernel": weight}, 0)
        return [Step("add", {}, (product, bias), aligned=True)]
    return _dense(data, view.given_weights(kernel=(1, "weight"), bias=(2, "bias")), 0)


def _with_computed_weight(view: View, data: Value, weight: Value) -> Steps:
    turned = Step("permute", {"dims": [2, 1]}, (weight,))
    product = Step("matmul", {}, (data, turned))
    bias = view.argument(2, "bias")
    return [product if bias is None else Step("add", {}, (product, bias), aligned=True)]


def _dense(data: Value, weights: dict[str, Value], units_axis: int, bias: Any = "tied") -> Steps:
    fields: dict[str, Any] = {"units": weights["kernel"].shape[units_axis]}
    if "bias" not in weights or bias != "tied":
        fields["bias"] = bias if "bias" in weights else False
    return [Step("dense", fields, (data,), weights)]


def product(view: View) -> Steps:
    """Read a matrix product: a dense layer where the second matrix is a parameter."""
    first, second = view.argument(0, "input"), view.argument(1, "other", view.argument(1, "mat2"))
    if view.call.name == "rmatmul":
        first, second = second, first
    if second.is_parameter and len(second.shape) == 2 and not first.is_parameter:
        return _dense(first, {"kernel": second}, 1)
    return [Step("matmul", {}, (first, second))]


def added_product(view: View) -> Steps:
    """Read a sum with a matrix product: a dense layer with a bias where both are parameters."""
    bias, first, second = view.argument(0, "input"), view.argument(1, "mat1"), view.argument(2, "mat2")
    parameters = bias.is_parameter and second.is_parameter
    if parameters and len(bias.shape) == 1 and len(second.shape) == 2 and not first.is_parameter:
        return _dense(first, {"kernel": second, "bias": bias}, 1)
    return [Step("add", {}, (bias, Step("matmul", {}, (first, second))), aligned=True)]


def einsum(view: View) -> Steps:
    """Read a sum of products by its equation, in which the letter of the batch comes first for us."""
    equation, tensors = view.argument(0, "equation").replace(" ", ""), tuple(view.tensors)
    terms, arrow, result = equation.partition("->")
    if "." in equation:
        raise NotUnderstoodError("has an equation with `...`")
    if not arrow:
        result = "".join(sorted(letter for letter in terms.replace(",", "") if terms.count(letter) == 1))
    batch = next(letter for letter in ascii_letters if letter not in equation)
    written = [
        _for_a_sample(letters, view.layout(tensor), batch)
        for letters, tensor in zip((*terms.split(","), result), (*tensors, view.output), strict=True)
    ]
    return [Step("einsum", {"equation": f"{','.join(written[:-1])}->{written[-1]}"}, tensors)]


def _for_a_sample(letters: str, layout: Layout, batch: str) -> str:
    """Return the letters of a tensor's axes, with one for the batch in front, if it has the batch."""
    if layout.dropped is not None:
        letters = letters[: layout.dropped] + letters[layout.dropped + 1 :]
    return letters if layout.batch is None else batch + letters


PRODUCTS: dict[str, Reader] = {
    "linear": linear,
    **dict.fromkeys(("matmul", "rmatmul", "bmm", "mm", "dot", "mv"), product),
    **dict.fromkeys(("addmm", "baddbmm"), added_product),
    "einsum": einsum,
}
"""By their names without underscores."""
