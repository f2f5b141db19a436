"""Layers that are no kind of ours, or no class of Keras's."""

import io
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import pytest

from archsum.cli import main
from archsum.errors import SpecError
from archsum.interchange.imported import Options
from archsum.interchange.keras.live import read_model
from archsum.language.network import Network
from archsum.propagate import propagate
from archsum.sources import load
from archsum.summary import Summary

pytestmark = pytest.mark.filterwarnings("ignore")

MODULE = """
import keras

class Gate(keras.layers.Layer):
    def __init__(self, units, **arguments):
        super().__init__(**arguments)
        self.units = units

    def build(self, shape):
        self.gate = self.add_weight(shape=(shape[-1], self.units), name="gate")
        self.fixed = self.add_weight(shape=(3,), name="fixed", trainable=False)

    def call(self, x):
        return keras.ops.matmul(x, self.gate)

    def get_config(self):
        return {**super().get_config(), "units": self.units}

def functional():
    x = keras.Input((8,))
    y = Gate(5, name="gate")(x)
    return keras.Model(x, Gate(4, name="last")(keras.layers.Dense(6, activation="relu")(y)))

def sequential():
    return keras.Sequential([keras.Input((8,)), Gate(5, name="gate"), keras.layers.Dense(6)])
"""


@pytest.fixture
def gates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make a module with a layer of its own."""
    (tmp_path / "gates.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "gates", raising=False)
    return import_module("gates")


def read(model: Any, *, allow_unknown: bool = False) -> Network:
    return load(io.StringIO(model.to_json()), allow_unknown=allow_unknown)


def summary(network: Network) -> Summary:
    return propagate(network.graph)


def complaints(model: Any, *, allow_unknown: bool = False) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as caught:
        read(model, allow_unknown=allow_unknown)
    return [(error.code, error.cure) for error in caught.value.diagnostics]


LIVE = "give the live model, as `module:name`: it has all weights and shapes"


def test_weights_that_a_file_does_not_say_are_an_error(gates: Any) -> None:
    accepts = "`--allow-unknown`, in Python `allow_unknown=True`, accepts it, with unknown weights, and unknown totals"
    assert complaints(gates.functional()) == [("unknown-weights", accepts), ("unknown-weights", LIVE)]
    assert complaints(gates.functional(), allow_unknown=True) == [("unsupported", LIVE)]


def test_they_can_be_accepted_as_unknown(gates: Any) -> None:
    network = read(gates.sequential(), allow_unknown=True)
    assert [warning.code for warning in network.warnings] == ["custom-layer"]
    result = summary(network)
    gate, dense = result.layers
    assert (gate.output_shape, gate.params, gate.macs) == ((5,), None, None)
    assert dense.params == 36
    assert result.params is None


def test_a_live_model_has_them(gates: Any) -> None:
    network = load("gates:functional")
    result = summary(network)
    assert [(layer.name, layer.output_shape, layer.params) for layer in result.layers] == [
        ("gate", (5,), 43),
        ("dense", (6,), 36),
        ("last", (4,), 27),
    ]
    assert (result.trainable_params, result.non_trainable_params) == (40 + 36 + 24, 6)
    assert result.layers[0].macs is None


def test_the_command_reads_live_models(gates: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "gates:sequential", "--format", "json"]) == 0
    assert '"params": 79' in capsys.readouterr().out


def test_lora_has_weights_beside_its_own() -> None:
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(6, lora_rank=2)])
    assert [code for code, _ in complaints(model)] == ["unknown-weights"]


def test_a_class_that_only_has_the_name_of_one_of_keras_s() -> None:
    text = keras.Sequential([keras.Input((8,)), keras.layers.Dense(6)]).to_json()
    own = text.replace('"module": "keras.layers", "class_name": "Dense"', '"module": "mine", "class_name": "Dense"')
    assert own != text
    with pytest.raises(SpecError) as caught:
        load(io.StringIO(own))
    assert [error.code for error in caught.value.diagnostics] == ["unknown-weights"]


def test_what_is_not_known_of_a_layer_is_warned_of() -> None:
    text = keras.Sequential([keras.Input((8,)), keras.layers.Dense(6)]).to_json()
    network = load(io.StringIO(text.replace('"units": 6', '"units": 6, "sparsity": 0.5')))
    assert [(warning.code, warning.span and warning.span.place) for warning in network.warnings] == [
        ("unknown-field", "<input>: config.layers[1].config.sparsity")
    ]


def test_a_live_model_whose_layers_no_one_knows(gates: Any) -> None:
    del gates
    with pytest.raises(SpecError) as caught:
        load("keras:Model")
    assert {error.code for error in caught.value.diagnostics} <= {"raised", "no-graph"}


def test_weights_beside_the_layers_are_an_error() -> None:
    class Scaled(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self, *arguments: Any, **others: Any) -> None:
            super().__init__(*arguments, **others)
            self.scale = self.add_weight(shape=(3,), name="scale")

    x = keras.Input((8,))
    with pytest.raises(SpecError, match="weights of its own beside those of its layers: `scale`"):
        read_model(Scaled(x, keras.layers.Dense(2)(x)), "scaled", Options())
