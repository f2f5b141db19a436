"""Whole networks: a file's text through ours, the same layers through Keras's Sequential."""

import gc
import io
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import keras
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archsum import summarize
from archsum.layers import layer_class
from archsum.layers.shapes import Shape
from tests.support.parity.cases import FLAGS, REFUSED, Case, Fields, Strategy, ours, sizes
from tests.support.parity.keras_kinds import CALLS, CASES, FUNCTIONS, arguments_of, keras_layer

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras warns of networks that no one would train

MOST_LAYERS = 15
MOST_ELEMENTS = 10_000


class Network(NamedTuple):
    """A network as a file has it."""

    input: Shape
    data_format: str
    layers: tuple[tuple[str, Fields], ...]

    def text(self) -> str:
        """Write the file, its layers in all three spellings."""
        layers: list[Any] = []
        for number, (kind, fields) in enumerate(self.layers):
            if not fields:
                layers.append(kind)
            else:
                layers.append({kind: fields} if number % 2 else {"type": kind, **fields})
        return json.dumps({"input": self.input, "data_format": self.data_format, "layers": layers})


def _fits(kind: str, data_format: str) -> bool:
    """Whether a chain can have the kind, and the file's data format means the same to it in Keras.

    Held layers count in Keras's automatic names, and a model trains them though their wrapper is frozen. Activations
    by words of their own are all `Activation` there. Behind several axes that an equation leaves open, `einsum_dense`
    announces another shape than it computes.
    """
    if kind in CALLS or kind in FUNCTIONS or kind == "einsum_dense" or layer_class(kind).layer_fields:
        return False
    ours_too = "data_format" in layer_class(kind).model_fields
    return data_format == "channels_last" or ours_too == ("data_format" in arguments_of(kind))


KINDS = {
    data_format: [kind for kind in CASES if _fits(kind, data_format)]
    for data_format in ("channels_last", "channels_first")
}


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw layers that each take what the one before gives; what does not fit is left out."""
    data_format = draw(st.sampled_from(list(KINDS)))
    spatial = draw(st.lists(sizes(24), min_size=1, max_size=3))
    channels = draw(st.sampled_from([1, 2, 4]))
    shape = first = tuple([*spatial, channels] if data_format == "channels_last" else [channels, *spatial])
    layers: list[tuple[str, Fields]] = []
    for number in range(draw(st.integers(3, MOST_LAYERS))):
        kind = draw(_kinds(shape, data_format))
        fields = {name: value for name, value in draw(CASES[kind]).fields.items() if name != "data_format"}
        its_format = {"data_format": data_format} if "data_format" in layer_class(kind).model_fields else {}
        computed = ours(kind, Case({**fields, **its_format}, shape))
        if computed is REFUSED or _large(computed.output_shape):
            continue
        if draw(FLAGS) and draw(FLAGS):
            fields["name"] = f"own_{number}"
        layers.append((kind, fields))
        shape = computed.output_shape
    assume(layers)
    return Network(first, data_format, tuple(layers))


def _kinds(shape: Shape, data_format: str) -> Strategy:
    """Draw a kind that takes data of this rank: one that says it in its name, or one that takes any."""
    rank = f"{len(shape) - 1}d"
    of_rank = [kind for kind in KINDS[data_format] if rank in kind]
    any_rank = [kind for kind in KINDS[data_format] if not re.search(r"\dd", kind)]
    return st.sampled_from(of_rank) | st.sampled_from(any_rank) if of_rank else st.sampled_from(any_rank)


def _large(shape: Shape) -> bool:
    elements = 1
    for size in shape:
        elements *= size or 1
    return elements > MOST_ELEMENTS


KERAS_WORDS = {"relu": "re_lu", "leaky_relu": "leaky_re_lu", "prelu": "p_re_lu"}
"""What Keras makes of the names of some classes, where we write a kind as people do."""


@pytest.fixture(scope="module", autouse=True)
def _quick_sessions() -> Iterator[None]:
    """Spare Keras's `clear_session`, which collects garbage, the search through all that was imported."""
    gc.freeze()
    yield
    gc.unfreeze()


def keras_model(network: Network) -> Any:
    keras.utils.clear_session()  # automatic names begin anew
    keras.config.set_image_data_format(network.data_format)
    try:
        layers = [keras_layer(kind, fields) for kind, fields in network.layers]
        return keras.Sequential([keras.Input(network.input), *layers])
    finally:
        keras.config.set_image_data_format("channels_last")


def count(weights: list[Any]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def test_networks(record_property: Callable[[str, object], None]) -> None:
    tally: Counter[str] = Counter()

    @settings(max_examples=2 * settings().max_examples)
    @given(networks())
    def compare(network: Network) -> None:
        expected, found = keras_model(network), summarize(io.StringIO(network.text()))
        for layer, (kind, _), theirs in zip(found.layers, network.layers, expected.layers, strict=True):
            assert layer.output_shape == tuple(theirs.output.shape[1:])
            assert layer.params == theirs.count_params()
            assert layer.type == type(theirs).__name__
            assert layer.name.replace(kind, KERAS_WORDS.get(kind, kind)) == theirs.name
        assert found.params == expected.count_params()
        assert found.trainable_params == count(expected.trainable_weights)
        assert found.non_trainable_params == count(expected.non_trainable_weights)
        tally["networks compared with Keras"] += 1
        tally["layers in these networks"] += len(network.layers)

    compare()
    for what, number in tally.items():
        record_property(what, number)
    assert tally["layers in these networks"] > 2 * tally["networks compared with Keras"]
