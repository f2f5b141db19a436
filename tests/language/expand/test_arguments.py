"""What a block's use gives for its parameters."""

import io

import pytest

import archsum


@pytest.mark.parametrize(("use", "units"), [("", 3), ("units: 4", 4), ("units: =2 * units", 6)])
def test_a_parameter_can_have_the_name_of_the_variable_that_is_its_default(use: str, units: int) -> None:
    text = f"""
input: [8]
variables: {{units: 3}}
blocks:
  part: {{parameters: {{units: =units, half: =units / 2}}, layers: [dense: {{units: =units}}]}}
layers: [part: {{{use}}}]
"""
    assert archsum.summarize(io.StringIO(text)).layers[-1].output_shape == (units,)
