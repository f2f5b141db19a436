"""PyTorch's source code itself: how it looks, and that nothing of a file's words gets into it but as words."""

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsum
from archsum.interchange.building.source import broken
from archsum.interchange.building.torch.text import breakable
from archsum.interchange.building.torch.tidying import tidy, without_unread
from tests.conftest import Golden
from tests.fuzz.kinds.names import PLACES, PLAIN
from tests.interchange.building.cases import CASES, NOT_BUILT
from tests.interchange.building.test_source import FILES, HOSTILE
from tests.support.built_code import RUFF, check_names, check_with_mypy, check_with_ruff
from tests.support.paths import EXAMPLES

SHOWN = (
    "resnet50",
    "mobilenet_v2",
    "efficientnet",
    "convnext",
    "vit",
    "unet",
    "lenet5",
    "siamese",
    "wavenet",
    "seq2seq",
)
MODULES = {"math", "collections.abc", "typing", "torch", "torch.nn"}
FORBIDDEN = {"eval", "exec", "compile", "open", "__import__", "setattr", "globals", "vars"}


def _source(file: Path) -> str:
    return archsum.build(file, "torch", origin=file.name).text


@pytest.mark.parametrize("name", SHOWN)
def test_how_it_looks(name: str, golden: Golden) -> None:
    golden(f"{name}_torch.py.txt", _source(EXAMPLES / f"{name}.yaml"))


def test_resnet50_is_short() -> None:
    assert len(_source(EXAMPLES / "resnet50.yaml").splitlines()) <= 120


@pytest.mark.skipif(not RUFF, reason="ruff is not installed")
def test_it_is_as_ruff_writes_it(tmp_path: Path) -> None:
    others = "RUF002,N812"  # signs in docstrings, and what PyTorch calls `F`
    check_with_ruff({file.stem: _source(file) for file in FILES}, tmp_path, others)


def _check_harmless(text: str) -> None:
    """Check that code is read as Python, imports PyTorch alone, and has classes and functions alone."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= MODULES
        if isinstance(node, ast.ImportFrom):
            assert node.module in MODULES
        if isinstance(node, ast.Name):
            assert node.id not in FORBIDDEN
    assert isinstance(tree.body[0], ast.Expr)
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    assert all(isinstance(node, kinds) for node in tree.body[1:])


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("place", PLACES)
def test_a_name_is_only_a_name(place: str, word: str) -> None:
    check_names({**PLAIN, place: word}, "torch", _check_harmless)


@given(st.dictionaries(st.sampled_from(PLACES), st.sampled_from(HOSTILE) | st.text(max_size=20)))
@settings(max_examples=100)
def test_names_are_only_names(words: dict[str, str]) -> None:
    check_names({**PLAIN, **words}, "torch", _check_harmless)


def test_what_is_added_without_conditions_is_one_expression() -> None:
    text = archsum.build(EXAMPLES / "inception_v3.yaml", "torch").text
    assert "self.branch2 = nn.Sequential(\n            ConvBNReLU(in_channels, 48), ConvBNReLU(48, 64, kernel" in text
    assert "nn.Sequential()" not in text
    lines = ["    a = A()", "    s = nn.Sequential()", "    s.append(a)", "    n = n + 1", "    n = n + 1 if a else 2"]
    assert tidy(lines) == [*lines[:3], "    n += 1", lines[-1]]  # `a` is read again
    several = ["    a = A(", "        1,", "    )", "    self.s.append(a)"]
    assert tidy(several) == ["    self.s.append(A(1))"]
    condition = ["    if b:", "        self.s.append(B())"]
    below = ["    self.s = nn.Sequential()", "    self.s.append(A(1))", *condition]
    assert tidy(below) == ["    self.s = nn.Sequential(A(1))", *condition]


def test_a_loop_that_does_nothing_but_add_is_one_expression() -> None:
    loop = ["    for a in b:", "        self.s.append(A(a))"]
    for made, whole in {
        "Sequential": "Sequential(*(A(a) for a in b))",
        "ModuleList": "ModuleList(A(a) for a in b)",
    }.items():
        first = f"    self.s = nn.{made}()"
        assert tidy([first, *loop]) == [f"    self.s = nn.{whole}"]
        for more in ("        self.s.append(B())", "    self.s.append(B())"):
            assert tidy([first, *loop, more]) == [first, *loop, more]
    own = ["        self.append(A())", "        self.append(B())", "        if b:", "            self.append(C())"]
    assert tidy(own) == ["        super().__init__(A(), B())", *own[2:]]


def test_an_expression_that_is_too_long_is_broken_before_its_loop() -> None:
    loop = "for _ in range(depth)"
    block = "Block(make_divisible(24 * width), make_divisible(32 * width), strides=2)"
    assert broken("", breakable(f"nn.Sequential(*(Block(width) {loop}))")) == [f"nn.Sequential(*(Block(width) {loop}))"]
    assert broken("", breakable(f"nn.Sequential(*({block} {loop}))")) == [
        "nn.Sequential(",
        "    *(",
        f"        {block}",
        f"        {loop}",
        "    )",
        ")",
    ]
    assert broken("", breakable(f"nn.ModuleList({block} {loop})")) == [
        "nn.ModuleList(",
        f"    {block}",
        f"    {loop}",
        ")",
    ]


def test_sizes_say_where_they_come_from() -> None:
    assert "nn.Linear(512 * 7 * 7, 4096)" in _source(EXAMPLES / "vgg16.yaml")
    assert "def __init__(self, width: int, hidden: int)" in _source(EXAMPLES / "t5.yaml")  # not `in_features` too
    image = "input: [=size, =size, 3]\nvariables: {size: 8, width: 2}\nlayers:\n"
    convolutions = "  - conv2d: {filters: =2 * width, kernel_size: 3, strides: 2, padding: 1}\n" * 2
    text = archsum.build(f"{image}{convolutions}  - flatten\n  - dense: 3\n", "torch").text
    assert "nn.Linear(2 * width * (size // 4) * (size // 4), 3)" in text
    assert "height = 56  # of an input of 224 x 224" in _source(EXAMPLES / "swin.yaml")


def test_an_input_of_open_sizes_is_said_to_be_one() -> None:
    text = archsum.build("input: [null, 8, 3]\nlayers: [conv2d: {filters: 2, kernel_size: 3}]", "torch").text
    assert "Its sizes are open: give both networks some, by `--input` and `--input-after`." in text
    assert "input_shape" not in text


def test_layers_that_the_file_names_are_modules_of_that_name() -> None:
    text = archsum.build("input: [4]\nlayers: [relu: {name: active}, tanh, identity: {name: same}]", "torch").text
    assert "self.active = nn.ReLU()" in text
    assert "return self.active(x).tanh()" in text


def test_what_is_not_read_is_not_written() -> None:
    text = archsum.build(EXAMPLES / "seq2seq.yaml", "torch").text
    assert "_, encoder_state = self.encoder(english)\n        x = self.decoder(french, encoder_state)[0]" in text
    read = ["        x = f(y)", "        x = g(x)"]
    assert without_unread(read) == read


@pytest.mark.torch
@pytest.mark.skipif(not (find_spec("mypy") and find_spec("torch")), reason="mypy or PyTorch is not installed")
def test_mypy_finds_nothing(tmp_path: Path) -> None:
    texts = {file.stem: _source(file) for file in FILES}
    texts |= {name: archsum.build(CASES[name], "torch").text for name in CASES if name not in NOT_BUILT}
    # What a module gives is `Any` to PyTorch's own types, which some of its methods lack.
    check_with_mypy(texts, tmp_path, "--no-warn-return-any", "--allow-untyped-calls")


def test_a_layer_does_not_take_the_place_of_what_the_model_takes() -> None:
    text = archsum.build("input: [4]\nlayers: [dense: {name: input_shape, units: 3}]", "torch").text
    assert "self.input_shape_1 = nn.Linear(4, 3)" in text
    assert "self.input_shape = (4,)" in text


@pytest.mark.parametrize("masks", [True, False])
def test_padding_that_is_not_passed_over_is_said(masks: bool) -> None:
    embedding = f"embedding: {{input_dim: 9, output_dim: 4, mask_zero: {str(masks).lower()}}}"
    text = archsum.build(f"input: [6]\nlayers: [{embedding}, lstm: 3]", "torch").text
    assert ("The word 0 is no padding here: Keras's layers pass over it (`mask_zero`)." in text) == masks
