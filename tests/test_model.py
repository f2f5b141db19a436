import copy
import io
import pickle
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic_core import ValidationError

from archsum import Summary, summarize
from archsum.json_schema import model_json_schema
from archsum.model import Limits, Model, checks, field, prepares


class Base(Model):
    rank: ClassVar[int] = 2

    size: tuple[int, ...] = field(1, description="One number for each axis.")
    rate: Annotated[float, Limits(ge=0, lt=1)] = field(0.5, description="A rate.")

    @prepares("size")
    def _repeat(cls, value: Any) -> Any:
        if value == 0:
            raise ValueError("is nothing")
        return (value,) * cls.rank if isinstance(value, int) else value


class Kind(Base):
    type: Literal["kind"] = "kind"
    word: str | None = field(None, description="A word.")
    count: int = field(description="A count.")

    @checks
    def _count_fits(self) -> None:
        if self.count > 10:
            raise ValueError("has a count above 10")


def errors(values: dict[str, Any]) -> list[tuple[str, tuple[int | str, ...]]]:
    with pytest.raises(ValidationError) as caught:
        Kind.model_validate(values)
    return [(error["type"], error["loc"]) for error in caught.value.errors()]


def test_fields_come_from_all_classes_base_first() -> None:
    assert list(Kind.model_fields) == ["size", "rate", "type", "word", "count"]
    assert [name for name, info in Kind.model_fields.items() if info.is_required()] == ["count"]


def test_values_defaults_and_preparation() -> None:
    kind = Kind.model_validate({"count": 3, "size": [4, 5]})
    assert (kind.size, kind.rate, kind.type, kind.word, kind.count) == ((4, 5), 0.5, "kind", None, 3)
    assert Kind.model_validate({"count": 3}).size == (1, 1)


def test_a_model_is_frozen() -> None:
    with pytest.raises(AttributeError, match="Kind is frozen"):
        Kind.model_validate({"count": 3}).count = 4


def test_models_with_the_same_values_are_equal() -> None:
    kind = Kind.model_validate({"count": 3})
    assert kind == Kind.model_validate({"count": 3, "size": 1})
    assert hash(kind) == hash(Kind.model_validate({"count": 3, "size": 1}))
    assert kind != Kind.model_validate({"count": 4})
    assert kind != Base.model_validate({})


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies(copied: Callable[[Model], Model]) -> None:
    kind = Kind.model_validate({"count": 3})
    again = copied(kind)
    assert again == kind
    assert again.stated == kind.stated == {"count"}
    with pytest.raises(AttributeError, match="Kind is frozen"):
        again.count = 4


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda summary: pickle.loads(pickle.dumps(summary))])
def test_copies_of_a_summary(copied: Callable[[Summary], Summary]) -> None:
    layers = "[conv2d: {filters: 8, kernel_size: 3}, custom: {macs: =input_elements}, flatten]"
    summary = summarize(io.StringIO(f"input: [8, 8, 3]\nlayers: {layers}\n"))
    again = copied(summary)
    assert again == summary
    assert str(again) == str(summary)


def test_everything_wrong_is_found_at_once() -> None:
    assert errors({"size": 0, "rate": 1, "word": 5, "unknown": 1}) == [
        ("value_error", ("size",)),
        ("less_than", ("rate",)),
        ("string_type", ("word",)),
        ("missing", ("count",)),
        ("extra_forbidden", ("unknown",)),
    ]


@pytest.mark.parametrize("count", ["3", 3.0, True, None])
def test_scalars_are_strict(count: object) -> None:
    assert errors({"count": count}) == [("int_type", ("count",))]


def test_checks_come_last() -> None:
    assert errors({"count": 11}) == [("value_error", ())]


def test_a_type_that_is_not_known_is_said_at_once() -> None:
    class Odd(Model):
        odd: set[int] = field(description="A type that nothing knows.")

    with pytest.raises(TypeError, match="no schema for set"):
        Odd.model_validate({})


def test_json_schema() -> None:
    assert model_json_schema(Kind) == {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "size": {
                "type": "array",
                "items": {"type": "integer"},
                "description": "One number for each axis.",
                "default": 1,
            },
            "rate": {"type": "number", "minimum": 0, "exclusiveMaximum": 1, "description": "A rate.", "default": 0.5},
            "type": {"enum": ["kind"], "default": "kind"},
            "word": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "A word."},
            "count": {"type": "integer", "description": "A count."},
        },
        "required": ["count"],
    }
