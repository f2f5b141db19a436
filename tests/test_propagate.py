import io

import pytest

import archsum
from archsum.propagate import MAX_ELEMENTS

HUGE = ", ".join(["1000000000000"] * 40)


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        (HUGE, "flatten"),
        (HUGE, "dropout: {rate: 0.5}"),
        ("1000000000000, 1000000000000, 1000000000000", "flatten"),
        ("8", f"custom: {{macs: 0, weights: {{w: [{HUGE}]}}}}"),
    ],
)
def test_tensor_beyond_any_computer(shape: str, layer: str) -> None:
    """Its size would be a number too long to print."""
    with pytest.raises(archsum.SpecError) as caught:
        archsum.summarize(io.StringIO(f"input: [{shape}]\nlayers:\n  - {layer}\n"))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "shape"
    assert "makes a tensor of more than 1e+30 elements" in diagnostic.message


def test_largest_tensor() -> None:
    text = "input: [1000000000000, 1000000000000, 1000000]\nlayers:\n  - flatten\n"
    assert archsum.summarize(io.StringIO(text)).layers[0].output_shape == (MAX_ELEMENTS,)
