"""Layers to compare with a framework's: what ours make of them, and how to draw their fields and shapes."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st
from pydantic import ValidationError

from archsum.errors import ShapeError
from archsum.layers import layer_class
from archsum.layers.base import Layer
from archsum.layers.shapes import Shape, known
from archsum.propagate import require_inputs

Strategy = st.SearchStrategy[Any]
Fields = dict[str, Any]


class Case(NamedTuple):
    """A layer's fields, as a file has them, and the shapes it is given: most layers take one, some take others too."""

    fields: Fields
    shape: Shape
    others: tuple[Shape, ...] = ()

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of all inputs."""
        return (self.shape, *self.others)


class Computed(NamedTuple):
    """What a layer makes of its input: the output's shape, and (name, shape, trainable) of each weight."""

    output_shape: Shape
    weights: tuple[tuple[str, tuple[int, ...], bool], ...]


REFUSED = None
Outcome = Computed | None


def build(kind: str, fields: Fields) -> Layer:
    """Make a layer, and those that its fields hold."""
    cls = layer_class(kind)
    held = {name: build(*single(fields[name])) for name in cls.layer_fields & fields.keys()}
    return cls.model_validate({**fields, **held})


def single(entry: dict[str, Fields]) -> tuple[str, Fields]:
    """Take a layer in a field apart into its kind and its fields."""
    ((kind, fields),) = entry.items()
    return kind, fields


def ours(kind: str, case: Case) -> Outcome:
    try:
        layer = build(kind, case.fields)
        require_inputs(layer, len(case.shapes))
        output, weights = layer.output_shape(*case.shapes), layer.weights(*case.shapes)
    except (ValidationError, ShapeError):
        return REFUSED
    assert layer.kept(*case.shapes) is not None, "what training keeps is known of every layer, if not all its sizes"
    named = ((weight.name, tuple(map(known, weight.shape)), weight.trainable and layer.trainable) for weight in weights)
    return Computed(output, tuple(named))


def rarely(usual: Strategy, odd: Strategy) -> Strategy:
    """Draw from `odd` once in some forty times: a layer has many fields, and most layers shall be accepted."""
    return st.integers(0, 39).flatmap(lambda number: odd if number == 7 else usual)


def counts(most: int) -> Strategy:
    """Draw a whole number of at least 1, rarely one that no layer should take."""
    return rarely(st.integers(1, most), st.sampled_from([0, -1]))


def per_axis(rank: int, most: int) -> Strategy:
    """Draw one number, or one for each axis; rarely a list of another length."""
    number = counts(most)
    lists = st.lists(st.integers(1, most), min_size=rank, max_size=rank)
    return number | lists | rarely(number, st.lists(number, min_size=1, max_size=4))


def sizes(most: int = 20) -> Strategy:
    """Draw a size, rarely an unknown one; large ones more often, as a window has room in them."""
    large = st.integers(4, most)
    return rarely(large | large | st.integers(1, 3), st.none())


SHAPES = rarely(st.lists(sizes(6), min_size=1, max_size=4).map(tuple), st.just(()))
"""Shapes of any rank; rarely that of a single number."""

CHANNELS = rarely(st.sampled_from([1, 2, 3, 4, 6]), st.none())
DATA_FORMATS = st.sampled_from(["channels_last", "channels_first"])
FLAGS = st.booleans()


def fields_of(required: Mapping[str, Strategy], optional: Mapping[str, Strategy] | None = None) -> Strategy:
    """Draw the fields of a layer: those it cannot do without, and some of the others."""
    return st.fixed_dictionaries(required, optional=optional or {})


def any_cases(fields: Strategy, shapes: Strategy = SHAPES) -> Strategy:
    """Draw a layer that takes an input of any rank."""
    return st.builds(Case, fields, shapes, st.just(()))


@st.composite
def spatial_cases(draw: st.DrawFn, rank: int, fields: Strategy, *, data_format: bool = True, most: int = 20) -> Case:
    """Draw a layer of `rank` spatial axes, and a shape that suits its data format; rarely one of another rank."""
    drawn = draw(fields)
    if data_format and draw(FLAGS):
        drawn["data_format"] = draw(DATA_FORMATS)
    spatial, channels = draw(st.tuples(*[sizes(most)] * rank)), draw(CHANNELS)
    suited = (channels, *spatial) if drawn.get("data_format") == "channels_first" else (*spatial, channels)
    return Case(drawn, draw(rarely(st.just(suited), SHAPES)))
