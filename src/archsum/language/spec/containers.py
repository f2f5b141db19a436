"""Containers: layers repeated, with a shortcut around them, or on paths side by side.

Each is one class, as a kind of layer is.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, InstanceOf, PlainValidator, WithJsonSchema, field_validator, model_validator

from archsum.bounds import MAX_PARAMETERS, MAX_TIMES
from archsum.errors import FieldError, enumerate_words, quote
from archsum.formula import name_problem
from archsum.language.spec.items import Body, Reference
from archsum.language.spec.names import NAMES_SCHEMA, check_different
from archsum.layers import layer_class
from archsum.layers.base import Layer
from archsum.layers.fields import ANY_LAYER, StrictModel

_ROW = {"type": "object", "minProperties": 1}
_COLUMNS = {"type": "object", "minProperties": 1, "additionalProperties": {"type": "array", "minItems": 1}}

_CONVOLUTION = {"conv2d": {"filters": 8, "kernel_size": 3, "padding": "same"}}

Holding = Literal["merge", "layer", "layers", "paths", "names"]

NonEmptyBody = Annotated[Body, Field(min_length=1)]
Merge = Annotated[Any, ANY_LAYER]
"""An item; the default is the word that a file would write."""


class Enclosing(StrictModel):
    """What a container, or a block's use, says of all layers in it."""

    trainable: bool = Field(True, description="False freezes all layers in it, whatever they say of themselves.")


class Container(Enclosing):
    """What holds layers. The fields that hold them are read with the file's structure, before their formulas."""

    layer_fields: ClassVar[Mapping[str, Holding]] = {}
    """The fields that hold layers: one that merges, any one, a list, a list of lists, or names of those in others."""
    deferred_fields: ClassVar[frozenset[str]] = frozenset()
    main_field: ClassVar[str | None] = None
    """The field that a plain list is, in the place of all fields."""
    repeats: ClassVar[bool] = False
    """Whether its layers can be written out several times."""


def _rows(value: Any) -> Any:
    """Bring rows, a list of mappings, and columns, a mapping of lists, into one form: rows."""
    if isinstance(value, dict) and value and all(isinstance(column, list) for column in value.values()):
        lengths = {name: len(column) for name, column in value.items()}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"`{name}` {length}" for name, length in lengths.items())
            raise FieldError(f"has lists of different lengths: {listed}", "give each as many values")
        value = [dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)]
    if not (isinstance(value, list) and value and all(isinstance(row, dict) and row for row in value)):
        cure = "write `{filters: [64, 128]}`, a list for each name, or `[{filters: 64}, {filters: 128}]`"
        raise FieldError("takes names, and a value of each for every repetition", cure)
    first = value[0].keys()
    if other := next((row for row in value if row.keys() != first), None):
        message = f"has rows with different names: {enumerate_words(first)}, and then {enumerate_words(other)}"
        raise FieldError(message, "give each row the same names")
    if len(first) > MAX_PARAMETERS:
        raise FieldError(f"has more than {MAX_PARAMETERS} names", "a list can hold many values under one name")
    for name in first:
        if problem := "`index` counts the repetitions: choose another" if name == "index" else name_problem(name):
            raise FieldError(f"cannot have the name {quote(name)}", problem)
    return value


class Repeat(Container):
    """The same layers several times, one after the other.

    In formulas `index` counts the repetitions from 0, as in `strides: "=2 if index == 0 else 1"`. With `over` in the
    place of `times` each repetition has values of its own, which formulas name: `over: {filters: [64, 128], depth: [3,
    4]}`, or row by row `over: [{filters: 64, depth: 3}, {filters: 128, depth: 4}]`.

    Each repetition takes what the one before gives, and the repeat gives what the last one does. With `outputs` it
    gives what the layers of these names give in every repetition, for a layer such as `add` to merge.
    """

    layer_fields: ClassVar[Mapping[str, Holding]] = {"layers": "layers", "outputs": "names"}
    repeats: ClassVar[bool] = True

    times: Annotated[int, Field(ge=1, le=MAX_TIMES)] | None = Field(
        None, description="How many times; where there may be none, `if` leaves the repeat out.", examples=[3]
    )
    over: (
        Annotated[
            list[dict[str, Any]],
            PlainValidator(_rows),
            WithJsonSchema({"anyOf": [{"type": "array", "minItems": 1, "items": _ROW}, _COLUMNS]}),
        ]
        | None
    ) = Field(
        None,
        description="The values of each repetition: a list for each name, or a mapping for each repetition.",
    )
    layers: NonEmptyBody = Field(description="The layers, first to last.", examples=[[_CONVOLUTION, "relu"]])
    outputs: Annotated[tuple[InstanceOf[Reference], ...], NAMES_SCHEMA] | None = Field(
        None,
        description="The layers whose outputs, in every repetition, the repeat gives; by default the last's alone.",
    )

    @field_validator("outputs")
    @classmethod
    def _each_once(cls, outputs: tuple[Reference, ...] | None) -> tuple[Reference, ...] | None:
        check_different([reference.name for reference in outputs or ()])
        return outputs

    @model_validator(mode="after")
    def _times_or_over(self) -> Self:
        if self.times is None and self.over is None:
            cure = "write `times: 3`, or `over: {filters: [64, 128]}` for values of their own"
            raise FieldError("needs `times` or `over`", cure)
        if self.times is not None and self.over is not None:
            raise FieldError("has both `times` and `over`", "leave `times` out: `over` says it too")
        return self


class Residual(Container):
    """Layers with a shortcut around them, and what merges the two: by default their sum.

    The shortcut passes the input on, or has layers of its own, such as a projection. With `shortcut_when:
    shape_changes` it has them only where the other layers change the shape, as in ResNet. With `when: shape_stays`
    there is no shortcut where they change it, as in MobileNetV2. A size that is unknown counts as a large one here.
    Without other fields the layers can be written as a list: `residual: [relu, dense: {units: 8}]`.
    """

    layer_fields: ClassVar[Mapping[str, Holding]] = {"layers": "layers", "shortcut": "layers", "merge": "merge"}
    main_field = "layers"

    layers: NonEmptyBody = Field(
        description="The layers that the shortcut leads around.", examples=[["relu", _CONVOLUTION]]
    )
    shortcut: Body = Field((), description="The shortcut's layers; without any it passes the input on.")
    shortcut_when: Literal["always", "shape_changes"] = Field(
        "always", description="Whether the shortcut's layers are there only where the shape changes."
    )
    when: Literal["always", "shape_stays", "never"] = Field(
        "always", description="Whether there is a shortcut: always, only where the shape stays the same, or never."
    )
    merge: Merge = Field("add", description="What merges the two: a layer, whose first input is the shortcut's output.")

    @model_validator(mode="after")
    def _shortcut_is_there(self) -> Self:
        if self.shortcut_when == "shape_changes" and not self.shortcut:
            cure = "write `shortcut: […]`, such as a 1 × 1 convolution, or leave `shortcut_when` out"
            raise FieldError("has `shortcut_when`, and no `shortcut`", cure)
        if self.shortcut_when == "shape_changes" and self.when == "shape_stays":
            cure = "leave `when` out, or `shortcut` and `shortcut_when`"
            raise FieldError("has a shortcut where the shape stays, and layers in it where the shape changes", cure)
        return self


class Branch(Container):
    """Paths side by side, which take the same input, and what merges them: by default their concatenation.

    An empty path, `[]`, passes the input on. Without other fields the paths can be written as a list: `branch: [[relu],
    []]`.
    """

    layer_fields: ClassVar[Mapping[str, Holding]] = {"paths": "paths", "merge": "merge"}
    main_field = "paths"

    paths: Annotated[tuple[Body, ...], Field(min_length=1)] = Field(
        description="The paths, each a list of layers.", examples=[[[_CONVOLUTION], ["relu"], []]]
    )
    merge: Merge = Field(
        "concatenate", description="What merges the paths: a layer, which takes their outputs in their order."
    )


class EachStep(Container):
    """Layers for each step of a sequence, by itself: each is written out as the `time_distributed` of that layer."""

    layer_fields: ClassVar[Mapping[str, Holding]] = {"layer": "layer", "layers": "layers"}
    main_field = "layers"
    kind: ClassVar[str] = "time_distributed"
    """What is put around each."""

    layer: Annotated[Any, ANY_LAYER] = Field(None, description="A block, or a container, of such layers.")
    layers: NonEmptyBody = Field((), description="The layers, first to last.")

    @model_validator(mode="after")
    def _layer_or_layers(self) -> Self:
        if self.layer is not None and self.layers:
            raise FieldError("has both `layer` and `layers`", "write one list of all: `layers: […]`")
        return self

    @property
    def body(self) -> Body:
        """The layers in it."""
        return self.layers or (self.layer,)


CONTAINERS: dict[str, type[Container]] = {"repeat": Repeat, "residual": Residual, "branch": Branch}
"""The containers by the word that a file uses."""

AROUND_SEVERAL: dict[str, type[Container]] = {EachStep.kind: EachStep}
"""The kinds of layer that hold one other, and what they are around several: a container, which puts it around each."""


def container_class(word: str) -> type[Container]:
    """Return the class of a container. Errors: KeyError for a word that is none."""
    return CONTAINERS.get(word) or AROUND_SEVERAL[word]


def class_of(word: str) -> type[Layer | Container]:
    """Return the class of a kind of layer or of a container. Errors: KeyError for an unknown word."""
    return CONTAINERS.get(word) or layer_class(word)
