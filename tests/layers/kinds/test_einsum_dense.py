"""Dense layers by an equation: published figures, the equation's forms, and what does not fit."""

from typing import Any

import pytest
from pydantic import ValidationError

from archsum.errors import ShapeError
from archsum.layers.base import Layer, Step
from archsum.layers.shapes import Shape, known, total
from tests.support.formulas import evaluate
from tests.support.layers import complaint, layer, note_of_biases


def einsum(equation: str, *sizes: int | None, **fields: Any) -> Layer:
    return layer("einsum_dense", equation=equation, output_shape=list(sizes), **fields)


@pytest.mark.parametrize(
    ("equation", "sizes", "bias_axes", "shape", "output"),
    [
        # https://keras.io/api/layers/core_layers/einsum_dense/
        ("ab,bc->ac", (64,), "c", (32,), (64,)),
        ("abc,cd->abd", (None, 64), "d", (32, 128), (32, 64)),
        ("...x,xy->...y", (64,), "y", (32, 128), (32, 64)),
    ],
)
def test_the_examples_of_keras(
    equation: str, sizes: tuple[int | None, ...], bias_axes: str, shape: Shape, output: Shape
) -> None:
    made = einsum(equation, *sizes, bias_axes=bias_axes)
    assert made.output_shape(shape) == output
    kernel, bias = made.weights(shape)
    assert (kernel.shape, bias.shape) == ((shape[-1], 64), (64,))


def test_the_projection_of_a_transformer_s_heads_is_a_dense_layer() -> None:
    # BERT's query: 12 heads of 64 of 768 features, 590,592 parameters (google-research/bert's base model).
    query = einsum("abc,cde->abde", None, 12, 64, bias_axes="de")
    dense = layer("dense", units=768)
    kernel, bias = query.weights((512, 768))
    assert known(kernel.size) + known(bias.size) == 590_592 == total(w.size for w in dense.weights((512, 768)))
    assert query.macs((512, 768)) == dense.macs((512, 768)) == 512 * 768 * 768
    assert query.flops((512, 768)) == dense.flops((512, 768))
    assert query.connections((512, 768)) == dense.connections((512, 768))


def test_macs_are_the_sizes_of_all_axes_once() -> None:
    step = Step.of("MACs", *einsum("abc,bcd->ad", 4).multiply_accumulates((5, 3)))
    assert evaluate(step.formula) == step.value == 5 * 3 * 4
    assert step.note == "b × c × d"
    assert einsum("...x,xy->...y", 4).macs((None, 3)) is None


def test_axes_without_a_letter_keep_their_place() -> None:
    assert einsum("ab...,bc->ac...", 4).output_shape((3, 7, 9)) == (4, 7, 9)
    assert einsum("...b,bc->...c", 4).output_shape((7, 9, 3)) == (7, 9, 4)
    _, bias = einsum("ab...,bc->ac...", 4, bias_axes="c").weights((3, 7, 9))
    assert (bias.shape, bias.axes) == ((4, 1, 1), ("c", "axis 2", "axis 3"))


def test_there_may_be_no_more_axes_than_letters() -> None:
    assert einsum("...ab,bc->...ac", 4).output_shape((3,)) == (4,)


def test_one_size_needs_no_list() -> None:
    made = layer("einsum_dense", equation="ab,bc->ac", output_shape=4)
    assert made.output_shape((3,)) == (4,)


def test_biases_are_explained() -> None:
    made = einsum("abc,cd->abd", 5, 4, bias_axes="bd")
    assert note_of_biases(made, (5, 3)) == "one for each element along `b` and `d`"
    assert note_of_biases(einsum("abc,cd->abd", 5, 4), (5, 3)) == "no bias, without `bias_axes`"


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("", 'is `""`, which is not an equation'),
        ("ab,bc", "is `ab,bc`, which is not an equation"),
        ("ab, bc -> ac", "which is not an equation"),
        ("...a,ab->b", "`...` that are not once each"),
        ("a...,ab->...b", "`...` that are not once each"),
        ("...a...,ab->...b...", "`...` that are not once each"),
        ("a...,b->ab...", "which is the batch, so that there is none to multiply"),
        ("abb,bc->ac", "names an axis twice: `abb`"),
        ("ab,bcc->ac", "names an axis twice: `bcc`"),
        ("ab,bc->acd", "an axis `d` of the output that nothing else has"),
        ("ab,bcd->ac", "an axis `d` of the kernel that nothing else has"),
    ],
)
def test_what_is_no_equation(equation: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        einsum(equation, 4)


@pytest.mark.parametrize(("axes", "message"), [("", "is empty"), ("b", "along `b`, which is no axis of the output")])
def test_a_bias_lies_along_axes_of_the_output(axes: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        einsum("ab,bc->ac", 4, bias_axes=axes)


@pytest.mark.parametrize(
    ("equation", "sizes", "shape", "message"),
    [
        ("abc,cd->abd", (4, 4), (3,), "for data of 3 axes with the batch, and its input [3] has 2"),
        ("abc,cd->abd", (4, 4), (3, 4, 5), "for data of 3 axes with the batch, and its input [3, 4, 5] has 4"),
        ("...abc,cd->...abd", (4, 4), (3,), "for data of at least 3 axes"),
        ("ab,bc->ca", (4,), (3,), "first axis of the data, `a`, is the batch, and does not stay the first"),
        ("ab,ac->ac", (4,), (3,), "first axis of the data, `a`, is the batch"),
        (
            "abc,cd->abd",
            (4,),
            (3, 5),
            "has 2 axes in its equation's output, the batch and `...` apart, and an `output_shape` of 1",
        ),
        ("abc,cd->abd", (4, 4), (3, 5), "has 4 for axis `b` in `output_shape`, and its input [3, 5] has 3"),
        ("abc,cd->abd", (4, 4), (None, 5), "has 4 for axis `b` in `output_shape`, and its input [null, 5] has null"),
    ],
)
def test_an_input_that_does_not_fit(equation: str, sizes: tuple[int, ...], shape: Shape, message: str) -> None:
    found, cure = complaint("einsum_dense", shape, equation=equation, output_shape=list(sizes))
    assert message in found
    assert cure


@pytest.mark.parametrize(
    ("equation", "sizes", "shape", "bias_axes", "message", "cure"),
    [
        ("abc,cd->abd", (None, None), (5, 3), None, "axis `d` for its kernel", "write it in `output_shape`"),
        ("abc,bcd->abd", (None, 4), (5, 3), None, "axis `b` for its kernel", "write it in `output_shape`"),
        ("abc,cd->abd", (None, 4), (5, None), None, "axis `c` for its kernel", "give `input` a number for it"),
        ("abc,cd->abd", (None, 4), (5, 3), "bd", "axis `b` for its bias", "write it in `output_shape`"),
        ("abc,cd->abd", (None, 4), (5, 3), "a", "along the batch, `a`", "leave it out of `bias_axes`"),
    ],
)
def test_weights_of_unknown_sizes(
    equation: str, sizes: tuple[int | None, ...], shape: Shape, bias_axes: str | None, message: str, cure: str
) -> None:
    with pytest.raises(ShapeError, match=message) as error:
        einsum(equation, *sizes, bias_axes=bias_axes).weights(shape)
    assert error.value.cure is not None
    assert cure in error.value.cure
