"""Every class that Keras has: known by a table, or known to be unknown; each layer that is drawn comes in as it is."""

import io
from collections import Counter
from typing import Any

import keras
import pytest
from hypothesis import given, settings

from archsum.errors import SpecError
from archsum.interchange.keras.classes import CLASSES, WITHOUT_WEIGHTS
from archsum.interchange.keras.rules import RULES
from archsum.layers.shapes import Shape
from archsum.propagate import propagate
from archsum.sources import load
from tests.support.parity.cases import REFUSED, Case, ours
from tests.support.parity.keras_kinds import CASES, call, keras_layer, keras_outcome

pytestmark = pytest.mark.filterwarnings("ignore")

UNKNOWN = {
    *("FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"),  # another framework's code
    "STFTSpectrogram",  # a convolution, whose kernels are computed
    "Pipeline",  # preprocessing layers of any kind
    *("Layer", "Wrapper", "InputSpec"),  # what others derive from
    *("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"),  # they are part of an RNN
    "InputLayer",
}
"""Classes of keras.layers that no table has, and why."""


def test_every_class_is_known() -> None:
    classes = {cls.__name__ for cls in vars(keras.layers).values() if isinstance(cls, type)}
    assert classes - UNKNOWN <= {*CLASSES, *RULES, *WITHOUT_WEIGHTS}


@pytest.mark.parametrize("kind", CASES)
def test_what_is_drawn_comes_in_as_it_is(kind: str) -> None:
    tally: Counter[str] = Counter()

    @settings(max_examples=15)
    @given(CASES[kind])
    def compare(case: Case) -> None:
        expected = keras_outcome(kind, case)
        if expected is REFUSED or ours(kind, case) is REFUSED:
            return
        found = read(kind, case)
        if found is None:
            return
        tally["compared"] += 1
        output, weights = found
        assert output == expected.output_shape
        assert weights == Counter((sizes(shape), trains) for _, shape, trains in expected.weights)

    compare()
    assert tally["compared"]


def sizes(shape: Shape) -> tuple[int, ...]:
    return tuple(sorted(size or 0 for size in shape))


def read(kind: str, case: Case) -> Any:
    """Return the last layer's output, and all weights, of a model of the layer; None where none can be read."""
    layer = keras_layer(kind, case.fields)
    inputs = [keras.Input(shape) for shape in case.shapes]
    try:
        model = keras.Model(inputs, call(kind, layer, list(inputs), case.fields))
        text = model.to_json()
    except Exception:  # whatever Keras's arithmetic stumbles over
        return None
    try:
        network = load(io.StringIO(text))
    except SpecError as error:
        if {diagnostic.code for diagnostic in error.diagnostics} == {"unsupported"}:
            return None  # such as inputs that are the states of both directions
        raise
    assert not network.warnings
    layers = propagate(network.graph).layers
    weights = ((sizes(w.shape), w.trainable and each.layer.trainable) for each in layers for w in each.weights)
    return layers[-1].output_shape, Counter(weights)


def test_the_error_of_what_is_refused_names_the_place() -> None:
    text = keras.Sequential([keras.Input((9, 9, 2)), keras.layers.Conv2D(4, 3)]).to_json()
    with pytest.raises(SpecError) as caught:
        load(io.StringIO(text.replace('"padding": "valid"', '"padding": "vlid"')))
    (error,) = caught.value.diagnostics
    assert (error.code, error.span and error.span.place) == ("bad-value", "<input>: config.layers[1].config.padding")
