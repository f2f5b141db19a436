"""Files that no editor writes: each gets a plain answer, within bounds."""

import io
import re
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archsum
from archsum import Diagnostic, SpecError
from archsum.bounds import MAX_COMPARED_LETTER_BY_LETTER, MAX_FILE_BYTES, MAX_FOUND, MAX_SHOWN, STEPS
from archsum.cli import main
from archsum.errors import Span
from archsum.layers import KINDS

HEAD = "input: [32, 32, 3]\nlayers:\n"
GOOD = f"{HEAD}  - conv2d: {{filters: 8, kernel_size: 3}}\n"
BAD = f"{HEAD}  - conv2d: {{filters: 8, kernel: 3}}\n"


def problems(content: str | bytes, **overrides: Any) -> list[Diagnostic]:
    file: Any = io.BytesIO(content) if isinstance(content, bytes) else io.StringIO(content)
    with pytest.raises(SpecError) as caught:
        archsum.summarize(file, **overrides)
    return caught.value.diagnostics


def only(content: str | bytes, **overrides: Any) -> Diagnostic:
    (diagnostic,) = problems(content, **overrides)
    return diagnostic


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "{a: " * 200_000,
        "- " * 200_000,
        f"{HEAD}  - conv2d: {{filters: {'[' * 200_000}",
        "\n".join(f"{' ' * depth}a:" for depth in range(1_000)),
    ],
)
def test_nesting(text: str) -> None:
    assert only(text).code == "too-deep"


@pytest.mark.parametrize(
    "level",
    [
        lambda before: f"{'[' * 20}{before}{']' * 20}",
        lambda before: f"{'{k: ' * 20}{before}{'}' * 20}",
        lambda before: f"{{<<: {{k: {'[' * 20}{before}{']' * 20}}}}}",
    ],
)
def test_nesting_of_aliases(level: Callable[[str], str]) -> None:
    """Each value is shallow as it is written, and deep with the one that it wraps."""
    anchors = "".join(f"  a{n}: &a{n} {level(f'*a{n - 1}')}\n" for n in range(1, 60))
    text = f"variables:\n  a0: &a0 1\n{anchors}{HEAD}  - dense: {{units: *a59}}\n"
    assert only(text).code == "too-deep"


def test_nesting_of_a_list_s_aliases_counts_the_deepest() -> None:
    deep = f"{'[' * 40}1{']' * 40}"
    assert only(f"a: &a {deep}\nb: &b [1, *a, 1]\nc: {'[' * 30}*b{']' * 30}\n{GOOD}").code == "too-deep"


def test_aliases_of_shallow_values_may_be_many() -> None:
    layer = "{conv2d: {filters: 8, kernel_size: 3, padding: same}}"
    text = f"input: [32, 32, 3]\nlayers:\n  - &a {layer}\n" + "  - *a\n" * 200
    assert len(archsum.summarize(io.StringIO(text)).layers) == 201


@pytest.mark.parametrize(
    "number", ["9" * 5_000, "-" + "9" * 5_000, "0x" + "f" * 5_000, "1." + "0" * 5_000, "1e" + "9" * 5_000]
)
def test_long_numbers(number: str) -> None:
    diagnostic = only(f"{HEAD}  - conv2d: {{filters: {number}, kernel_size: 3}}\n")
    assert diagnostic.code == "bad-number"
    assert isinstance(diagnostic.span, Span)
    assert diagnostic.span.text == number
    assert len(str(diagnostic)) < 1_000


def test_long_number_in_a_formula() -> None:
    assert (
        "longer than 500 characters" in only(f"{HEAD}  - conv2d: {{filters: ={'9' * 5_000}, kernel_size: 3}}\n").message
    )


def bomb(first: str, level: Callable[[int], str]) -> str:
    return "\n".join(["variables:", f"  a0: &a0 {first}", *map(level, range(1, 10)), GOOD])


@pytest.mark.parametrize(
    "text",
    [
        bomb("[1, 1]", lambda n: f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]"),
        bomb("{k: 1}", lambda n: f"  a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}"),
        bomb("{k: 1}", lambda n: f"  a{n}: &a{n} {{{', '.join(f'k{i}: *a{n - 1}' for i in range(9))}}}"),
        bomb("word", lambda n: f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]"),
        f"a: &a {'x' * 1_000_000}\nb: &b [{'*a, ' * 1_000}]\n{GOOD}",
    ],
)
def test_alias_bombs(text: str) -> None:
    """A few bytes that would unfold to gigabytes."""
    assert only(text).code == "too-large"


def test_tag_directives() -> None:
    """The parser compares each with all others."""
    directives = "".join(f"%TAG !a{number}! x\n" for number in range(500_000))
    assert only(f"{directives}---\n{GOOD}").code == "tag"


def test_large_defaults_do_not_multiply() -> None:
    table = ", ".join(["[0, 1]"] * 50)
    assert only(f"defaults: {{conv2d: {{connection_table: [{table}]}}}}\n{GOOD}").code == "too-large"


def test_large_layer() -> None:
    table = ", ".join(["[0, 1]"] * 50_000)
    text = f"{HEAD}  - conv2d: {{filters: 50000, kernel_size: 3, connection_table: [{table}]}}\n"
    assert only(text).message == "the layer has more than 100,000 values"


def test_large_head() -> None:
    names = "\n".join(f"  v{number}: 1" for number in range(100_000))
    assert only(f"variables:\n{names}\n{GOOD}").code == "too-large"


def test_errors_in_every_variable() -> None:
    names = "\n".join(f"  v{number}: =nothing" for number in range(1_000))
    assert len(problems(f"variables:\n{names}\n{HEAD}  - conv2d: {{filters: =v999, kernel_size: 3}}\n")) == MAX_FOUND


@pytest.mark.parametrize("axes", [65, 1_000])
def test_more_axes_than_any_framework_has(axes: int) -> None:
    sizes = ", ".join(["1"] * axes)
    assert "64 are the most" in only(f"input: [{sizes}]\nlayers: [flatten]\n").message
    assert "64 are the most" in only(f"input: [1]\nlayers: [reshape: {{target_shape: [{sizes}]}}]\n").message


@pytest.mark.parametrize(
    "layer",
    [
        "conv2d: {filters: -1, kernel_size: 3}",
        "no_such_layer",
        "conv2d: {filters: =nothing, kernel_size: 3}",
        "conv2d: {filters: 8, kernel_size: 3, filters: 8}",
        "conv2d: {filters: !!int 8, kernel_size: 3}",
        "conv2d: {filters: *nothing, kernel_size: 3}",
        "conv2d: {filters: 8, kernel_size: 3, name: 8}",
    ],
)
def test_thousands_of_errors(layer: str) -> None:
    """The first are shown; the search ends where nobody reads on."""
    found = problems(HEAD + f"  - {layer}\n" * 10_000)
    assert MAX_FOUND <= len(found) <= 2 * MAX_FOUND
    text = str(SpecError(found))
    assert text.count("error[") == MAX_SHOWN
    assert text.endswith("\n\n… and many more")


def repeated(layers: str, times: int = 200_000) -> str:
    return f"repeat: {{times: {times}, layers: [{layers}]}}"


TOO_MUCH = "written out, the network takes more work than a file of this size may: "


def limit_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the bound, so that it is soon reached."""
    monkeypatch.setattr("archsum.work.MAX_STEPS", 5_000 * STEPS["layers"])


def block(layers: str, **fields: str) -> str:
    others = "".join(f"{name}: {value}, " for name, value in fields.items())
    return f"blocks: {{b: {{{others}layers: [{layers}]}}}}\ninput: [8]\n"


DOUBLED = "".join(f"  b{n}: {{layers: [b{n + 1}, b{n + 1}]}}\n" for n in range(60))
TWICE = f"blocks:\n{DOUBLED}  b60: {{layers: [relu]}}\n"
LONG_NAMES = TWICE.replace("b", "b" * 90).replace("b" * 90 + "locks", "blocks")


@pytest.mark.parametrize(
    "text",
    [
        f"{TWICE}input: [8]\nlayers: [b0]\n",
        f"input: [8]\nlayers: [{repeated(repeated('relu'))}]\n",
        f"input: [8]\nlayers: [{repeated(repeated('relu: {if: =index < 0}'))}]\n",
        f"input: [8]\nlayers: [{repeated('residual: [relu]')}]\n",
    ],
    ids=["blocks", "repeats", "repeats of nothing", "containers"],
)
def test_networks_without_end(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few lines that stand for more layers than there is memory for."""
    limit_layers(monkeypatch)
    assert only(text).message.startswith(TOO_MUCH)


NUMBERS = ", ".join(["1"] * 3_000)
PARAMETERS = ", ".join(f"p{n}: 1" for n in range(101))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"input: [8]\nlayers:\n  - add: {{inputs: [{', '.join(['input'] * 1_001)}]}}\n",
            "there are more than 1,000 inputs",
        ),
        (f"input: [8]\nlayers:\n  - branch: [{', '.join(['[]'] * 5_000)}]\n", "`paths` has more than 1,000 paths"),
        (
            f"input: [8]\nlayers: [branch: {{paths: [{', '.join(['[branch: [[], []]]'] * 999)}, [], []]}}]\n",
            "`paths` has more than 1,000 paths",
        ),
        (
            f"input: [8]\nlayers:\n  - {repeated('add: {inputs: [' + ', '.join(['input'] * 1_000) + ']}')}\n",
            f"{TOO_MUCH}688,000 inputs and ",
        ),
        (f"{LONG_NAMES}input: [8]\nlayers: [{'b' * 90}0]\n", "the names of blocks in one another have more than"),
        (
            f"{block('relu', parameters=f'{{{PARAMETERS}}}')}layers: [b]\n",
            "`parameters` has more than 100 names",
        ),
        (
            "variables:\n" + "".join(f"  v{n}: 1\n" for n in range(1_001)) + GOOD,
            "there are more than 1,000 variables",
        ),
        (
            f"input: [8]\nlayers: [repeat: {{over: [{{{PARAMETERS}}}], layers: [relu]}}]\n",
            "`over` has more than 100 names",
        ),
        (
            f"{block('relu', parameters='{a: 1}')}layers: [{repeated(f'b: {{a: [{NUMBERS}]}}', 3)}]\n",
            "the block's use has more than 100 values",
        ),
        (
            f"{block('relu', parameters=f'{{a: [{NUMBERS}, =1]}}')}layers: [{repeated('b')}]\n",
            f"{TOO_MUCH}2,343 layers and 3,",
        ),
    ],
)
def test_networks_that_take_more_than_layers(text: str, message: str) -> None:
    """Inputs, names and values multiply too, where a block or a repeat says them once."""
    assert only(text).message.startswith(message)


def test_errors_that_a_repeat_has_without_end() -> None:
    """Of formulas that differ each time, and of what is reported once."""
    assert only(f"input: [8]\nlayers: [{repeated('dense: {units: =x + index}')}]\n").code == "formula"
    assert only(f"input: [8]\nlayers: [{repeated(repeated('dense: {units: =x}'))}]\n").code == "formula"
    assert len(problems(f"input: [8]\nlayers: [{repeated('dense: {units: =-index}')}]\n")) == MAX_FOUND


def test_faulty_layers_in_repeats_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_layers(monkeypatch)
    found = problems(f"input: [8]\nlayers: [{repeated(repeated('reluu'))}]\n")
    assert [diagnostic.code for diagnostic in found] == ["unknown-layer", "too-large"]


def chain(blocks: int, last: str) -> str:
    lines = "".join(f"  b{n}: {{layers: [b{n + 1}]}}\n" for n in range(blocks))
    return f"blocks:\n{lines}  b{blocks}: {{layers: [{last}]}}\ninput: [8]\nlayers: [b0]\n"


def test_a_long_chain_of_blocks() -> None:
    assert only(chain(10_000, "relu")).code == "too-deep"


def test_a_long_cycle_of_blocks() -> None:
    diagnostic = only(chain(10_000, "b0"))
    assert diagnostic.code == "recursion"
    assert len(str(diagnostic)) < 2_000


def test_blocks_that_all_use_one_another() -> None:
    """Each is on more cycles than can be told; none is gone through twice."""
    blocks = "".join(f"  b{n}: {{layers: [{', '.join(f'b{other}' for other in range(100))}]}}\n" for n in range(100))
    found = problems(f"blocks:\n{blocks}input: [8]\nlayers: [b0]\n")
    assert {diagnostic.code for diagnostic in found} == {"recursion"}
    assert len(found) == MAX_FOUND


@pytest.mark.parametrize("layers", ["residual: *deep", "repeat: {times: 1, layers: *deep}", "branch: [*deep]"])
def test_aliases_of_layers_in_one_another(layers: str) -> None:
    """Containers are nested as deep as their text, and blocks as deep as their uses."""
    anchors = "".join(f"  b{n}: {{layers: &a{n} [residual: *a{n - 1}, residual: *a{n - 1}]}}\n" for n in range(1, 40))
    text = f"blocks:\n  b0: {{layers: &a0 [relu]}}\n{anchors}input: [8]\nlayers: [{layers.replace('deep', 'a39')}]\n"
    assert only(text).code in ("too-deep", "too-large")


@pytest.mark.parametrize(
    "layer",
    [
        "relu: {inputs: no_such_layer}",
        "relu: {inputs: [no, such, layer]}",
        "relu: {inputs: }",
        "relu: {if: 3}",
        "relu: {name: same}",
        "repeat: {times: 0, layers: [relu]}",
        "residual: {layer: [relu]}",
        "branch: [relu, relu]",
        "no_such_block: {name: a}",
        "b: {no_such_parameter: 3}",
        "b: {parameter: =nothing}",
        "relu: {shared: a, name: 3}",
    ],
)
def test_thousands_of_errors_in_blocks_and_containers(layer: str) -> None:
    found = problems(f"{block('relu', parameters='{parameter: 3}')}layers:\n" + f"  - {layer}\n" * 5_000)
    assert MAX_FOUND <= len(found) <= 2 * MAX_FOUND


def test_thousands_of_faulty_blocks() -> None:
    blocks = "".join(f"  b{n}: {{layer: [relu]}}\n" for n in range(5_000))
    found = problems(f"blocks:\n{blocks}input: [8]\nlayers:\n" + "".join(f"  - b{n}\n" for n in range(5_000)))
    assert len(found) == MAX_FOUND


KINDS_OF_CONVOLUTION = [kind for kind in KINDS if "conv" in kind]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(
            ["defaults:"]
            + [f"  {kind}: {{{', '.join(f'kernel_{n}_size: 1' for n in range(97))}}}" for kind in KINDS_OF_CONVOLUTION]
            + [GOOD]
        ),
        f"{HEAD}  - conv2d: {{{', '.join(f'kernel_{n}_size: 1' for n in range(1_000))}}}\n",
        "\n".join(f"data_{n}_format: 1" for n in range(1_000)) + f"\n{GOOD}",
        "\n".join(
            ["variables:"]
            + [f"  the_width_of_layer_{n}: 1" for n in range(200)]
            + [HEAD]
            + [f"  - conv2d: {{filters: =the_width_of_the_layer_{n}, kernel_size: 3}}" for n in range(1_000)]
        ),
    ],
    ids=["defaults", "fields", "words", "variables"],
)
def test_what_suggestions_cost(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To compare words takes difflib long, so that it is done for a few words, and for what is reported."""
    compared = 0
    ratio = SequenceMatcher.ratio

    def count(matcher: SequenceMatcher[str]) -> float:
        nonlocal compared
        compared += 1
        return ratio(matcher)

    monkeypatch.setattr(SequenceMatcher, "ratio", count)
    found = problems(text)
    assert len(found) < 2 * MAX_FOUND
    assert MAX_FOUND / 2 < compared <= 2 * MAX_COMPARED_LETTER_BY_LETTER * len(found)


def test_shape_error_comes_with_thousands_of_others() -> None:
    found = problems(HEAD + "  - conv2d: {filters: 8, kernel_size: 99}\n" + "  - conv2d: {}\n" * 10_000)
    assert found[0].code == "shape"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00", "<input> is not text"),
        (b"\x7fELF\x02\x01\x01\x00", "<input> is not text"),
        (GOOD.encode("utf-16"), "<input> is UTF-16"),
        (GOOD.encode("utf-16-be"), "<input> is not text"),
        (b"\xfe\xff" + GOOD.encode("utf-16-be"), "<input> is UTF-16"),
        (GOOD.encode("utf-32"), "<input> is UTF-16"),
    ],
)
def test_what_is_not_text(content: bytes, message: str) -> None:
    diagnostic = only(content)
    assert (diagnostic.code, diagnostic.message, diagnostic.span) == ("not-text", message, None)


def test_other_encoding_is_refused_where_it_begins() -> None:
    diagnostic = only(f"name: a\n# größe\n{GOOD}".encode("latin-1"))
    assert diagnostic.span
    assert (diagnostic.code, diagnostic.span.place) == ("not-text", "<input>:2:5")
    assert (diagnostic.message, diagnostic.cure) == ("the byte 0xF6 is not UTF-8", "save the file as UTF-8")


def test_half_of_a_surrogate_pair() -> None:
    assert only(f"name: \ud800\n{GOOD}").code == "not-text"


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing\n# but comments\n", "---\n", "~\n", "\ufeff"])
def test_nothing(content: str) -> None:
    assert only(content).message == "the file is empty"


def test_byte_order_mark_is_no_text() -> None:
    assert archsum.summarize(io.BytesIO(b"\xef\xbb\xbf" + GOOD.encode())).params == 224
    diagnostic = only(b"\xef\xbb\xbf" + BAD.replace("input", "inputs").replace("kernel", "kernel_size").encode())
    assert isinstance(diagnostic.span, Span)
    assert diagnostic.span.place == "<input>:1:1"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(line_end: str) -> None:
    assert archsum.summarize(io.BytesIO(GOOD.replace("\n", line_end).encode())).params == 224
    diagnostic = only(BAD.replace("\n", line_end).encode())
    assert isinstance(diagnostic.span, Span)
    assert diagnostic.span.place == "<input>:3:26"
    assert diagnostic.span.excerpt().splitlines()[0] == "3 |   - conv2d: {filters: 8, kernel: 3}"


def test_long_line() -> None:
    layers = ", ".join(["conv2d: {filters: 8, kernel_size: 1}"] * 30_000)
    diagnostic = only(f"input: [32, 32, 3]\nlayers: [{layers}, conv2d: {{filtres: 8, kernel_size: 1}}]\n")
    assert isinstance(diagnostic.span, Span)
    line, underline = diagnostic.span.excerpt().splitlines()
    assert len(line) < 120
    assert line[underline.index("^") : underline.rindex("^") + 1] == "filtres"


class Endless(io.RawIOBase):
    """A file as /dev/zero is one: it has whatever is asked of it."""

    def __init__(self, piece: bytes) -> None:
        self.piece = piece
        self.asked = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size >= 0, "it would be read to its end"
        self.asked += size
        return self.piece * size


@pytest.mark.parametrize("piece", [b"\0", b" "])
def test_endless_file(piece: bytes) -> None:
    file: Any = Endless(piece)
    with pytest.raises(SpecError, match="is larger than 64 MiB"):
        archsum.load(file)
    assert file.asked == MAX_FILE_BYTES + 1


MAY_BE_READ = "is it a file, and may you read it?"


def test_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(tmp_path)]) == 2
    cure = "name a file in it; of folders, `archsum check` takes those with YAML files"
    said = f"error[unreadable]: cannot read {tmp_path}: Is a directory\n = help: {cure}\n"
    assert capsys.readouterr().err == said


def test_missing_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    said = "error[unreadable]: cannot read none.yaml: No such file or directory\n = help: "
    assert main(["summary", "none.yaml"]) == 2
    assert capsys.readouterr().err == f"{said}look at the name, and at the folder\n"
    Path("nine.yaml").write_text(GOOD, encoding="utf-8")
    assert main(["summary", "none.yaml"]) == 2
    assert capsys.readouterr().err == f"{said}did you mean `nine.yaml`?\n"
    assert main(["summary", "no/ne.yaml"]) == 2
    assert capsys.readouterr().err == f"{said}there is no folder no either\n".replace("none", "no/ne")


def test_file_without_permission(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(file: str, mode: str) -> None:
        raise PermissionError(13, "Permission denied", file)

    # The superuser may read everything, so that the refusal has to be played.
    monkeypatch.setattr("builtins.open", refuse)
    assert main(["summary", "secret.yaml"]) == 2
    assert capsys.readouterr().err == (
        f"error[unreadable]: cannot read secret.yaml: Permission denied\n = help: {MAY_BE_READ}\n"
    )


def test_name_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "a\0b.yaml"]) == 2
    assert capsys.readouterr().err == (
        f"error[unreadable]: cannot read a�b.yaml: embedded null byte\n = help: {MAY_BE_READ}\n"
    )


class Broken(io.StringIO):
    """An open file whose disk fails, or whose text is not in the encoding it was opened with."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, size: int | None = -1) -> str:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code", "message", "cure"),
    [
        (OSError(5, "Input/output error"), "unreadable", "cannot read <input>: Input/output error", MAY_BE_READ),
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
            "not-text",
            "<input> is not text in utf-8: the byte 0xFF is none of it",
            'save it as UTF-8, and open it with `encoding="utf-8"`',
        ),
    ],
)
def test_open_file_that_cannot_be_read(error: Exception, code: str, message: str, cure: str) -> None:
    with pytest.raises(SpecError) as caught:
        archsum.load(Broken(error))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message, diagnostic.cure) == (code, message, cure)


def test_nothing_steers_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the text, nor a value with escapes, nor the file's name."""
    file = tmp_path / "\x1b[31mred\n.yaml"
    file.write_text(f'"\\e[2J": 1\n"\\u202e": 2\n"a\\r\\nb": [\u2066\u200b]\n{GOOD}', encoding="utf-8")
    assert main(["summary", str(file)]) == 2
    error = capsys.readouterr().err
    assert re.findall(r"[^\n\x20-\x7e…�]", error) == []
    assert error.count("error[unknown-field]") == 3


class Half:
    """A number that Python does not take for one."""

    def __str__(self) -> str:
        return "½"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"variables": {"widht": 8}}, "the file has no variable `widht`"),
        ({"variables": {"width": "wide"}}, "a formula calculates with numbers, and `wide` is not one"),
        ({"variables": {"width": [8]}}, "a formula calculates with numbers, and a list is not one"),
        ({"variables": {"width": "=8 / 0"}}, "`=8 / 0` divides by zero"),
        ({"variables": {"width": 0.3}}, "`filters` takes a whole number, not `0.6`"),
        ({"input": [32, 0, 3]}, "`input[1]` must be at least 1, not `0`"),
        ({"input": []}, "`input` is empty"),
        (
            {"variables": {"width": Half()}},
            "`variables.width` takes a number, a text, true or false, or a list, not `½`",
        ),
        ({"input": [1] * 65}, "`input` has 65 sizes; 64 are the most"),
        ({"input": [32, 32]}, "`conv2d` takes an input of 3 axes (height, width, channels), not [32, 32]"),
    ],
)
def test_overrides(overrides: dict[str, Any], message: str) -> None:
    text = "input: [32, 32, 3]\nvariables: {width: 8}\nlayers:\n  - conv2d: {filters: =2 * width, kernel_size: 3}\n"
    assert only(text, **overrides).message == message


def test_numpy_s_numbers_override_too() -> None:
    text = "input: [8]\nvariables: {width: 8, rate: 0.5}\nlayers: [dense: {units: =width}, dropout: {rate: =rate}]\n"
    overrides: Any = {"variables": {"width": np.int64(4), "rate": np.float64(0.1)}, "input": [np.int32(2)]}
    assert archsum.summarize(io.StringIO(text), **overrides).params == 2 * 4 + 4


def test_override_of_a_named_input() -> None:
    text = "input: {image: [8]}\nlayers: [flatten]\n"
    assert archsum.summarize(io.StringIO(text), input=[9]).inputs == {"image": (9,)}


TWIN = """input: {left: [8], right: [8]}
layers:
  - dense: {name: a, inputs: left, units: 4}
  - dense: {name: b, inputs: right, units: 4}
  - add: {inputs: [a, b]}
"""


def test_override_of_one_of_several_inputs() -> None:
    assert archsum.summarize(io.StringIO(TWIN), input={"right": [9]}).inputs == {"left": (8,), "right": (9,)}


def test_override_by_the_name_that_the_input_has_anyway() -> None:
    assert archsum.summarize(io.StringIO("input: [8]\nlayers: [flatten]\n"), input={"input": [9]}).inputs == {
        "input": (9,)
    }


@pytest.mark.parametrize(
    ("shape", "message", "cure"),
    [
        (
            [9],
            "the file has the inputs `left` and `right`: one shape is not enough",
            'say of which it is: `--input left=…`, in Python `input={"left": […]}`',
        ),
        ({"rihgt": [9]}, "the file has no input `rihgt`", "did you mean `right`?"),
        ({"top": [9]}, "the file has no input `top`", "it has `left` and `right`"),
        ({"left": [0]}, "`input.left[0]` must be at least 1, not `0`", None),
        ({"left": []}, "`input.left` is empty", None),
    ],
)
def test_overrides_of_several_inputs(shape: Any, message: str, cure: str | None) -> None:
    diagnostic = only(TWIN, input=shape)
    assert (diagnostic.message, diagnostic.span) == (message, None)
    assert cure is None or diagnostic.cure == cure


def test_override_has_no_place_in_the_file() -> None:
    assert only(GOOD, input=[0]).span is None
    assert only(GOOD, variables={"width": 1}).span is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--set", "width"],
        ["--set", "=8"],
        ["--set", f"width={'9' * 5_000}"],
        ["--input", "32,32,rgb"],
        ["--input", ""],
        ["--input", "9" * 5_000],
        ["--input", "left=32,32", "--input", "32,32"],
        ["--input", "32,32", "--input", "left=32,32"],
        ["--input", "32,32", "--input", "32,32"],
        ["--input", "=32,32"],
        ["--input", "left="],
        ["--sett", "width=8"],
        ["second.yaml"],
    ],
)
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["summary", "network.yaml", *arguments])
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("archsum")
