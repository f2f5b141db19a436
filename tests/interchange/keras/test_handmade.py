"""Models with everything that a configuration can say: read from JSON, from files and live."""

import io
from pathlib import Path
from typing import Any

import pytest

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
