"""Images whose first size looks like that of the channels: the project's own question, as it is asked."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum.cli import main

CONVOLUTION = "layers:\n  - conv2d: {filters: 32, kernel_size: 5}\n"
STEM = "layers:\n  - conv2d: {filters: 64, kernel_size: 7, strides: 2, padding: 3}\n"
CURE = "the channels come first? then write `data_format: channels_first` at the top of the file"


def load(text: str) -> archsum.Network:
    return archsum.load(io.StringIO(text))


@pytest.mark.parametrize("shape", ["[3, 32, 32]", "[1, 28, 28]", "[4, 64, 64]"])
def test_an_error_that_channels_first_solves_has_that_cure_and_it_is_true(shape: str) -> None:
    text = f"input: {shape}\n{CONVOLUTION}"
    with pytest.raises(archsum.SpecError) as caught:
        load(text)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.cure) == ("shape", CURE)
    network = load(f"data_format: channels_first\n{text}")
    assert network.warnings == ()
    assert archsum.summarize(network).layers[0].output_shape[0] == 32


def test_where_nothing_fails_it_is_a_warning_with_its_place() -> None:
    network = load(f"input: [3, 224, 224]\n{STEM}")
    assert archsum.summarize(network).params == 702_528
    (warning,) = network.warnings
    assert warning.message == "`input` is read as 224 channels, the last size of [3, 224, 224]"
    assert warning.span
    assert (warning.span.line, warning.span.column) == (1, 8)
    # nn.Conv2d(3, 64, 7, 2, 3) has 9,472 parameters.
    assert archsum.summarize(io.StringIO(f"data_format: channels_first\ninput: [3, 224, 224]\n{STEM}")).params == 9_472


def test_it_goes_to_stderr_and_changes_no_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"input: [3, 224, 224]\n{STEM}".encode())))
    assert main(["summary", "-"]) == 0
    printed = capsys.readouterr()
    assert "702,528" in printed.out
    assert printed.err.startswith("warning[channels-first]: `input` is read as 224 channels")


@pytest.mark.parametrize(
    "text",
    [
        f"data_format: channels_last\ninput: [3, 224, 224]\n{STEM}",
        f"input: [224, 224, 3]\n{STEM}",
        f"input: [3, 224, 225]\n{STEM}",
        f"input: [5, 224, 224]\n{STEM}",
        f"input: [3, 224, null]\n{STEM}",
        "input: [3, 224, 224]\nlayers:\n  - flatten\n  - dense: 10\n",  # no layer knows of channels
        "input: [3, 64]\nlayers:\n  - conv1d: {filters: 8, kernel_size: 3}\n",
        # With the channels first, that would not fit.
        "input: [3, 4, 4]\nlayers:\n  - conv2d: {filters: 8, kernel_size: [3, 1], groups: 4}\n",
    ],
)
def test_other_images_and_a_stated_data_format_are_silent(text: str) -> None:
    assert load(text).warnings == ()


def test_each_of_several_inputs_is_named_and_an_override_too() -> None:
    network = load(
        "input: {left: [3, 16, 16], right: [3, 8, 8]}\n"
        "layers:\n"
        "  - conv2d: {name: a, inputs: left, filters: 8, kernel_size: 3}\n"
        "  - conv2d: {name: b, inputs: right, filters: 8, kernel_size: 3}\n"
        "outputs: [a, b]\n"
    )
    assert [warning.message.split()[0] for warning in network.warnings] == ["`left`", "`right`"]
    overridden = archsum.load(io.StringIO(f"input: [224, 224, 3]\n{STEM}"), input=(3, 224, 224))
    assert len(overridden.warnings) == 1


@given(st.sampled_from([1, 3, 4]), st.integers(5, 40), st.sampled_from([1, 3, 5]))
def test_the_warning_or_the_cure_is_there_for_every_square_image(channels: int, size: int, kernel: int) -> None:
    text = f"input: [{channels}, {size}, {size}]\nlayers:\n  - conv2d: {{filters: 2, kernel_size: {kernel}}}\n"
    if kernel <= channels:
        assert len(load(text).warnings) == 1
        return
    with pytest.raises(archsum.SpecError) as caught:
        load(text)
    assert [diagnostic.cure for diagnostic in caught.value.diagnostics] == [CURE]
