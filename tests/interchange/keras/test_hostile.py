"""Files that are broken, or made to break something: each is refused, or read, and none takes long."""

import contextlib
import io
import itertools
import json
import zipfile
from typing import Any

import pytest

from archsum.cli import main
from archsum.errors import SpecError
from archsum.interchange.checking import checked
from archsum.interchange.imported import Options
from archsum.interchange.keras.config import read_json
from archsum.propagate import propagate
from archsum.sources import load
from tests.interchange.keras.handmade import MODELS
from tests.interchange.keras.mutating import MISSING, REPLACEMENTS, mutated, places
from tests.interchange.keras.old import FUNCTIONAL, SEQUENTIAL, WITH_FUNCTIONS

pytestmark = pytest.mark.filterwarnings("ignore")

MUTATED = ("bidirectional_kinds", "time_distributed_model", "rnn_cells", "ops_layers", "nested_functional_twice", "mha")
EVERY = 23
"""Of the mutations of each model one in so many: all of them together are 200,000."""


def examine(content: bytes) -> set[str]:
    """Return the codes of the errors; whatever is read can be computed, and whatever is wrong can be shown."""
    try:
        network = checked(read_json(content, "model.json", Options()))
        propagate(network.graph)
    except SpecError as error:
        return shown(error)
    return set()


def shown(error: SpecError) -> set[str]:
    """Return the codes of errors, all of which have a place and can be printed."""
    assert str(error)
    assert all(diagnostic.span and diagnostic.cure for diagnostic in error.diagnostics)
    return {diagnostic.code for diagnostic in error.diagnostics}


def mutations(text: str, every: int) -> set[str]:
    found: set[str] = set()
    all_of_them = itertools.product(places(json.loads(text)), (*REPLACEMENTS, MISSING))
    for path, replacement in itertools.islice(all_of_them, 0, None, every):
        found |= examine(mutated(text, path, replacement).encode())
    return found


@pytest.mark.parametrize("name", MUTATED)
def test_every_value_may_be_another(name: str) -> None:
    assert {"bad-model", "wrong-type"} <= mutations(MODELS[name]().to_json(), EVERY)


@pytest.mark.parametrize("old", [SEQUENTIAL, FUNCTIONAL, WITH_FUNCTIONS], ids=["sequential", "functional", "functions"])
def test_so_may_those_of_keras_2(old: Any) -> None:
    assert "bad-model" in mutations(json.dumps(old), 1)


def sequential(*layers: Any) -> str:
    first = {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 8]}}
    return json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": [first, *layers]}})


def layer(name: str, kind: str = "ReLU", **config: Any) -> Any:
    return {"class_name": kind, "config": {"name": name, **config}}


def codes(text: str) -> set[str]:
    with pytest.raises(SpecError) as caught:
        load(io.StringIO(text))
    return {diagnostic.code for diagnostic in caught.value.diagnostics}


def test_very_many_layers() -> None:
    assert codes(sequential(*(layer(f"r{number}") for number in range(700_000)))) == {"too-large"}
    assert codes(sequential(*(layer(f"r{number}") for number in range(100_001)))) == {"too-large"}
    assert codes(sequential(*(layer(f"r{number}", "Mine") for number in range(50_000)))) == {"unknown-weights"}
    assert codes(sequential(*(layer(f"r{number}", "Dense") for number in range(50_000)))) == {"missing-field"}


@pytest.mark.parametrize("depth", [70, 100, 300])
def test_deeply_nested_models(depth: int) -> None:
    inner = layer("d", "Dense", units=8)
    for number in range(depth):
        inner = layer(f"m{number}", "Sequential", layers=[inner])
    assert codes(json.dumps(inner)) == {"too-deep"}


@pytest.mark.parametrize(
    "text",
    [
        '{"class_name": "Sequential", "config": {"layers": ' + "[" * 100_000 + "]" * 100_000 + "}}",
        '{"class_name": "Dense", "config":' + '{"config":' * 5_000 + "1" + "}" * 5_001,
    ],
    ids=["lists", "mappings"],
)
def test_deeply_nested_values(text: str) -> None:
    assert codes(text) == {"too-deep"}


@pytest.mark.parametrize("number", ["9" * 5_000, "NaN", "-Infinity", "1e999", "9" * 400])
def test_numbers(number: str) -> None:
    text = sequential(layer("d", "Dense", units=8)).replace('"units": 8', f'"units": {number}')
    assert codes(text) <= {"bad-model", "bad-value", "wrong-type", "shape"}


def node(*names: tuple[str, int]) -> Any:
    tensors = [
        {"class_name": "__keras_tensor__", "config": {"shape": [None, 8], "keras_history": [*name, 0]}}
        for name in names
    ]
    return {"args": [tensors[0] if len(tensors) == 1 else tensors], "kwargs": {}}


def functional(*layers: Any, outputs: Any) -> str:
    first = {**layer("i", "InputLayer", batch_shape=[None, 8]), "name": "i", "inbound_nodes": []}
    config = {"name": "m", "layers": [first, *layers], "input_layers": ["i", 0, 0], "output_layers": outputs}
    return json.dumps({"class_name": "Functional", "config": config})


def called(name: str, *nodes: Any, kind: str = "ReLU", **config: Any) -> Any:
    return {**layer(name, kind, **config), "name": name, "inbound_nodes": list(nodes)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (functional(called("a", node(("b", 0))), called("b", node(("a", 0))), outputs=["b", 0, 0]), "takes what it"),
        (functional(called("a", node(("a", 0))), outputs=["a", 0, 0]), "takes what it gives"),
        (functional(called("a", node(("i", 1))), outputs=["a", 0, 0]), "there is no call 1"),
        (functional(called("a", node(("i", 0))), outputs=["a", 7, 0]), "there is no call 7"),
        (functional(called("a", node(("i", 0))), outputs=["a", 0, 3]), "gives no output 3"),
        (functional(called("a", node(("i", 0))), outputs=["a", 0, 10**9]), "1,000 are the most"),
        (functional(called("a", node(("i", 0))), outputs=["z", 0, 0]), "there is no layer `z`"),
        (functional(called("a", node(("z", 0))), outputs=["a", 0, 0]), "there is no layer `z`"),
        (functional(called("a", node(("i", 0))), called("a", node(("i", 0))), outputs=["a", 0, 0]), "two layers"),
        (functional(called("a", node(("i", 0))), outputs=[]), "no outputs"),
    ],
)  # fmt: skip
def test_tensors_that_are_not_there(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(io.StringIO(text))
    assert message in str(caught.value)
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {"bad-model"}


def test_calls_that_multiply() -> None:
    inner: Any = layer("b", "Dense", units=8)
    for number in range(8):
        calls = [node(("i", 0)), *(node(("b", call)) for call in range(9))]
        last = 9 if number == 0 else 10  # a graph of layers counts itself
        inner = json.loads(functional({**inner, "name": "b", "inbound_nodes": calls}, outputs=["b", last, 0]))
    assert codes(json.dumps(inner)) == {"too-large"}


def zipped(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_json", ".json"), text)
    return content.getvalue()


def archive_codes(content: bytes) -> set[str]:
    with pytest.raises(SpecError) as caught:
        load(io.BytesIO(content))
    return {diagnostic.code for diagnostic in caught.value.diagnostics}


def test_archives() -> None:
    whole = zipped(config_json=sequential(layer("d", "Dense", units=8)).encode(), metadata_json=b"{}")
    assert load(io.BytesIO(whole)).graph.nodes
    for end in range(4, len(whole), 7):
        assert archive_codes(whole[:end]) == {"bad-model"}
    assert archive_codes(zipped(metadata_json=b"{}")) == {"bad-model"}
    assert archive_codes(zipped(config_json=b" " * 200_000_000)) == {"too-large"}
    assert archive_codes(zipped(**{f"file{number}": b"" for number in range(10_001)})) == {"too-large"}
    for place in range(0, len(whole), 3):
        changed = bytes([*whole[:place], whole[place] ^ 0xFF, *whole[place + 1 :]])
        with contextlib.suppress(SpecError):
            load(io.BytesIO(changed))


def test_hdf5(tmp_path: Any) -> None:
    model = MODELS["nested_deep"]()
    path = tmp_path / "model.h5"
    model.save(path)
    whole = path.read_bytes()
    for end in range(0, len(whole), len(whole) // 20):
        path.write_bytes(whole[:end])
        with pytest.raises(SpecError):
            load(path)
    for place in range(0, len(whole), len(whole) // 150):
        path.write_bytes(bytes([*whole[:place], whole[place] ^ 0xFF, *whole[place + 1 :]]))
        with contextlib.suppress(SpecError):
            load(path)


def test_what_the_command_says(
    tmp_path: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = sequential(layer("d", "Dense", units="8"), layer("g", "Mine"))
    (tmp_path / "model.json").write_text(text, encoding="utf-8")
    (tmp_path / "model.keras").write_bytes(zipped(config_json=text.encode()))
    for name, within in (("model.json", ""), ("model.keras", "config.json: ")):
        assert main(["summary", name]) == 2
        assert capsys.readouterr().err == (
            'error[wrong-type]: `units` takes a whole number, not `"8"`\n'
            f"--> {name}: {within}config.layers[1].config.units\n"
            " = help: write `8` without quotes\n"
            "\n"
            "error[unknown-weights]: `g` (Mine) is no class of Keras's that archsum has, "
            "so that its weights are unknown\n"
            f"--> {name}: {within}config.layers[2]\n"
            " = help: give the live model, as `module:name`: it has all weights and shapes\n"
        )
