"""Labels of `shared` by which nothing is shared: most likely misspelt, and possibly meant for later."""

import io

import pytest

import archsum
from archsum.cli import main


def warnings(text: str) -> list[tuple[str, str, int | None, int | None]]:
    """Return the messages, what helps, and the places."""
    found = archsum.load(io.StringIO(text)).warnings
    return [(one.message, one.cure, *((one.span.line, one.span.column) if one.span else (None, None))) for one in found]


def test_a_misspelt_label_is_named_with_the_one_that_is_near() -> None:
    text = "input: [8]\nlayers:\n  - dense: {units: 8, shared: tower}\n  - dense: {units: 8, shared: twoer}\n"
    # The weights count twice: 2 × (8 × 8 + 8); followed, once.
    assert archsum.summarize(io.StringIO(text)).params == 144
    (_, first, *_), (message, cure, line, column) = warnings(text)
    assert message == "nothing else has the label `twoer`, and so nothing shares these weights"
    assert "did you mean `twoer`?" in first
    otherwise = "Otherwise give it to what has the same weights, or leave `shared` out"
    assert cure == f"did you mean `tower`? {otherwise}"
    assert (line, column) == (4, 31)
    followed = text.replace("twoer", "tower")
    assert archsum.summarize(io.StringIO(followed)).params == 72
    assert warnings(followed) == []


def test_single_weights_have_labels_too() -> None:
    text = """\
    input: [16]
    layers:
      - embedding: {input_dim: 9, output_dim: 4, shared: {embeddings: table}}
      - dense: {units: 9, shared: {kernel: tabel}}
    """
    lines = text.splitlines()
    found = [(line, lines[line - 1][column - 1 :]) for *_, line, column in warnings(text) if line and column]
    assert found == [(3, "table}}"), (4, "tabel}}")]
    assert warnings(text.replace("tabel", "table")) == []


def test_in_a_block_it_says_how_its_uses_share() -> None:
    text = """\
    input: [4]
    blocks: {half: {layers: [dense: {units: 4, shared: w}]}}
    layers: [half, half]
    """
    ((message, cure, *_),) = warnings(text)
    assert message == "nothing else in the block `half` has the label `w`, and so nothing shares these weights"
    assert cure.endswith("; for all uses of the block to have the same, give each use of `half` one label")
    assert archsum.summarize(io.StringIO(text)).params == 40
    followed = text.replace(", shared: w", "").replace("[half, half]", "[half: {shared: w}, half: {shared: w}]")
    assert archsum.summarize(io.StringIO(followed)).params == 20
    assert warnings(followed) == []


@pytest.mark.parametrize(
    "layers",
    [
        "[repeat: {times: 3, layers: [dense: {units: 4, shared: w}]}]",
        "[repeat: {times: 1, layers: [residual: [dense: {units: 4, shared: w}]]}]",
        "[dense: {units: 4, shared: w}, dense: {units: 4, shared: w, if: false}]",
        "[gru: {units: 4, reset_after: false, shared: {kernel: w, recurrent_kernel: w}}]",
        "[{conv1d: &layer {filters: 4, kernel_size: 1, shared: w}}, conv1d: *layer]",
    ],
)
def test_what_may_be_shared_is_not_warned_of(layers: str) -> None:
    assert warnings(f"input: [4, 4]\nlayers: {layers}\n") == []


def test_what_is_behind_a_repeat_is_not_repeated() -> None:
    text = "input: [4]\nlayers: [repeat: {times: 2, layers: [relu]}, dense: {units: 4, shared: w}]\n"
    assert len(warnings(text)) == 1


def test_it_goes_to_stderr_and_changes_no_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "input: [8]\nlayers:\n  - dense: {units: 8, shared: head}\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["summary", "-"]) == 0
    printed = capsys.readouterr()
    assert "Total params: 72" in printed.out
    assert printed.err == (
        "warning[unshared-label]: nothing else has the label `head`, and so nothing shares these weights\n"
        " --> <input>:3:31\n"
        "3 |   - dense: {units: 8, shared: head}\n"
        "  |                               ^^^^\n"
        "  = help: give it to what has the same weights, or leave `shared` out\n"
    )
