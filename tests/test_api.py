"""The public names: they are all there, and cost nothing until they are used."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import numpy
import pytest

import archsum
from archsum import api
from tests.support.paths import EXAMPLES


def run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True, encoding="utf-8")
    return done.stdout


@pytest.mark.parametrize("name", archsum.__all__)
def test_public_names_exist_and_are_documented(name: str) -> None:
    assert getattr(archsum, name).__doc__


def test_what_the_api_offers_is_offered_by_the_package() -> None:
    assert set(api.__all__) <= set(archsum.__all__)


def test_no_other_names() -> None:
    with pytest.raises(AttributeError, match="module 'archsum' has no attribute 'summarise'"):
        _ = archsum.summarise


def test_the_names_show_where_an_editor_completes_them() -> None:
    assert dir(archsum) == sorted([*archsum.__all__, "__version__"])


@pytest.mark.parametrize("file", [3, None, ["input"]])
def test_what_is_no_file_is_called_so(file: Any) -> None:
    for function in (archsum.load, archsum.summarize, archsum.check, archsum.explain, archsum.diagram):
        with pytest.raises(TypeError, match=f"a text or a mapping, not as a value of type {type(file).__name__}"):
            function(file)


TEXT = "input: [8, 8, 3]\nvariables: {width: 4}\nlayers:\n  - conv2d: {filters: =width, kernel_size: 3}\n"
MAPPING = {
    "input": (8, 8, numpy.int64(3)),
    "variables": {"width": 4},
    "layers": [{"conv2d": {"filters": "=width", "kernel_size": 3}}],
}


@pytest.mark.parametrize("source", [TEXT, MAPPING], ids=["text", "mapping"])
def test_a_text_and_a_mapping_are_networks(source: Any) -> None:
    assert archsum.summarize(source).params == 112
    assert archsum.summarize(source, variables={"width": 1}).params == 28
    assert archsum.check(source, {"max_params": 112}).ok


def test_what_is_wrong_with_a_mapping_has_its_line() -> None:
    with pytest.raises(archsum.SpecError) as caught:
        archsum.summarize({"input": [8, 8, 3], "layers": [{"conv2d": {"filtres": 1, "kernel_size": 3}}]})
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span
    assert diagnostic.span.place == "<mapping>:10:9"


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
def test_a_mapping_with_what_no_file_has(value: Any) -> None:
    with pytest.raises(TypeError, match="a value that a file cannot have"):
        archsum.summarize({"input": [8], "layers": [{"dense": value}]})


def test_kinds_and_devices() -> None:
    assert {"conv2d", "lstm", "custom"} <= set(archsum.kinds())
    assert archsum.devices()["t4"].memory == 16 * 10**9


def test_the_version() -> None:
    assert archsum.__version__ == version("archsum")


@pytest.mark.parametrize("sizes", ["64,64,3", 64, {8}, {"input": None}, {"input": "64,64,3"}])
def test_what_are_no_sizes_is_called_so(sizes: Any) -> None:
    with pytest.raises(TypeError, match=r"a sequence of sizes.*, not a value of type (str|int|set|NoneType)"):
        archsum.summarize(io.StringIO("input: [8]\nlayers: [flatten]"), input=sizes)


@pytest.mark.parametrize("variables", [5, ["width"], {1: 2}, {None: 2}])
def test_what_are_no_variables_is_called_so(variables: Any) -> None:
    with pytest.raises(TypeError, match="`variables` takes a mapping of names to values"):
        archsum.summarize(io.StringIO("input: [8]\nlayers: [flatten]"), variables=variables)


def test_a_network_is_not_overridden() -> None:
    network = archsum.load(io.StringIO("input: [8]\nlayers: [flatten]"))
    assert archsum.summarize(network).layers[0].output_shape == (8,)
    with pytest.raises(TypeError, match="give them to `load`"):
        archsum.summarize(network, input=[9])
    with pytest.raises(TypeError, match="give them to `load`"):
        archsum.summarize(network, variables={})


def test_a_misspelt_option_is_named() -> None:
    options: Any = {"batch": 64}
    with pytest.raises(TypeError, match=r"^costs\(\) got an unexpected keyword argument 'batch'"):
        archsum.costs(archsum.load(EXAMPLES / "lenet5.yaml"), **options)


TAKING_OVERRIDES: tuple[Callable[..., object], ...] = (
    archsum.summarize,
    archsum.check,
    archsum.costs,
    archsum.diagram,
    archsum.explain,
    archsum.fit,
    archsum.fit_all,
    archsum.plot,
    archsum.convert,
    lambda file, **options: archsum.diff(file, file, **options),
    archsum.report,
)


@pytest.mark.parametrize("function", TAKING_OVERRIDES)
def test_a_variable_is_no_option_of_its_own(function: Callable[..., object]) -> None:
    name = "diff" if function.__name__ == "<lambda>" else function.__name__
    says = re.escape(f"{name}() got an unexpected keyword argument 'width'") + '.*`variables={"width": …}`'
    with pytest.raises(TypeError, match=says):
        function(io.StringIO("input: [8]\nlayers: [flatten]"), width=3)


def test_what_is_wrong_has_a_place_and_help() -> None:
    with pytest.raises(archsum.SpecError) as raised:
        archsum.summarize("input: [8]\nlayers:\n  - flaten\n")
    (found,) = raised.value.diagnostics
    assert (found.code, found.place, found.help) == ("unknown-layer", "<text>:3:5", "did you mean `flatten`?")
    with pytest.raises(archsum.SpecError) as raised:
        archsum.summarize("no such file.yaml")
    assert raised.value.diagnostics[0].place is None


def test_importing_the_package_imports_nothing_heavy() -> None:
    imported = run("-c", "import sys, archsum; print(*sys.modules)").split()
    assert "archsum" in imported
    heavy = {"pydantic", "pydantic_core", "yaml", "tabulate", "archsum.api", "archsum.errors"}
    assert not heavy.intersection(imported)


def test_a_sound_file_imports_nothing_that_only_bad_ones_need() -> None:
    """The words for what is wrong take as long to import as a network to read."""
    program = "import sys; from archsum.cli import main; main(sys.argv[1:]); print('Modules:', *sys.modules)"
    _, _, imported = run("-c", program, "summary", str(EXAMPLES / "resnet50.yaml")).partition("Modules:")
    assert "archsum.language.expand.expansion" in imported.split()
    unwanted = ("archsum.language.advice.", "archsum.language.schema", "archsum.language.text.syntax")
    assert not [module for module in imported.split() if module.startswith(unwanted)]


def test_import_of_the_names_from_the_package() -> None:
    names = ", ".join(archsum.__all__)
    assert run("-c", f"from archsum import {names}; print(summarize.__name__)") == "summarize\n"


def test_types_are_for_others_to_use_too() -> None:
    assert files("archsum").joinpath("py.typed").is_file()


def test_running_the_package_is_running_the_command() -> None:
    assert run("-m", "archsum", "--version") == f"archsum {version('archsum')}\n"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3, "a value of type int"),
        (dict, "the class dict: make a model of it first"),
        ({"fc.weight": 0}, "a value of type dict: weights alone do not say what is done with them"),
        ("net.pt", "a value of type str"),
    ],
)
def test_what_is_no_live_model(value: Any, words: str) -> None:
    with pytest.raises(TypeError, match=f"^`from_torch` takes a torch.nn.Module, not {words}$"):
        archsum.from_torch(value, (3,))
    with pytest.raises(TypeError, match=f"^`from_keras` takes a keras.Model, not {words}$"):
        archsum.from_keras(value)
