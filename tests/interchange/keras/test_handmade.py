"""Models with everything that a configuration can say: read from JSON, from files and live."""

import io
from pathlib import Path
from typing import Any

import keras
import pytest

import archsum
from archsum.errors import SpecError
from archsum.interchange.checking import checked
from archsum.interchange.imported import Options
from archsum.interchange.keras.live import read_model
from archsum.propagate import propagate
from archsum.sources import load
from tests.interchange.keras.comparing import compare
from tests.interchange.keras.handmade import MODELS

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("name", MODELS)
def test_json(name: str) -> None:
    model = MODELS[name]()
    network = load(io.StringIO(model.to_json()))
    compare(model, propagate(network.graph))


@pytest.mark.parametrize("name", MODELS)
def test_live(name: str) -> None:
    model = MODELS[name]()
    network = checked(read_model(model, name, Options()))
    compare(model, propagate(network.graph))


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", ["nested_functional_twice", "nested_deep", "bilstm", "seq2seq", "ops_layers"])
def test_files(name: str, ending: str, tmp_path: Path) -> None:
    model: Any = MODELS[name]()
    path = tmp_path / f"model.{ending}"
    model.save(path)
    compare(model, propagate(load(path).graph))


def test_a_layer_in_two_models_is_one_where_it_is_alive() -> None:
    """A file does not say that it is the same, and Keras loads two."""
    inner, outer, shared = keras.Input((8,)), keras.Input((8,)), keras.layers.Dense(8)
    model = keras.Model(outer, shared(keras.Model(inner, shared(inner))(outer)))
    live, text = checked(read_model(model, "model", Options())), model.to_json()
    assert propagate(live.graph).params == model.count_params() == 72
    assert propagate(load(io.StringIO(text)).graph).params == keras.models.model_from_json(text).count_params() == 144


def test_unknown_sizes_are_stated() -> None:
    text = MODELS["variable_sizes"]().to_json()
    first, last = propagate(load(io.StringIO(text), input=(9, 9, 3)).graph).layers
    assert (first.output_shape, last.output_shape) == ((4, 4, 4), (9, 9, 2))
    assert (first.macs, last.macs) == (4 * 4 * 4 * 27, 16 * 2 * 36)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"left": (8,), "middle": (8,)}, "the model has no input `middle`"),
        ((8,), "the model has the inputs `left` and `right`: one shape is not enough"),
        ({"left": (0,)}, "the input `left` takes sizes of at least 1, or null"),
    ],
)
def test_inputs_that_are_not_there(sizes: Any, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        load(io.StringIO(MODELS["nested_functional_twice"]().to_json()), input=sizes)


def test_other_sizes_than_the_configuration_s_are_no_difference() -> None:
    text = MODELS["multi_io"]().to_json()
    assert propagate(load(io.StringIO(text), input={"image": (20, 20, 3)}).graph).inputs["image"] == (20, 20, 3)


def test_attention_that_is_causal_is_noted(tmp_path: Path) -> None:
    x = keras.Input((5, 8))
    y = keras.layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)
    y = keras.layers.Attention()([y, y], use_causal_mask=True)
    model = keras.Model(x, keras.layers.MultiHeadAttention(2, 4)(y, y))
    model.save(tmp_path / "decoder.keras")
    read = archsum.summarize(tmp_path / "decoder.keras")
    assert [layer.layer.causal for layer in read] == [True, True, False]  # type: ignore[attr-defined]
