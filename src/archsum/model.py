"""Declarative models, validated by pydantic's core.

pydantic-core does all the validating in a pydantic model. The Python half, `BaseModel`, takes longer to import than
all else that `archsum summary` does, and a millisecond more for each class. So the little that we need of it is here,
by the same names: fields are annotations, and a class's schema is built when the class is first used.
"""

from collections.abc import Callable
from functools import cache
from types import FunctionType, NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, Union, cast, get_args, get_origin

from pydantic_core import CoreSchema, SchemaValidator, core_schema

REQUIRED: Any = object()
"""The default of a field that must be given."""


class FieldInfo(NamedTuple):
    """A field: the attribute that holds it, its type, its default, what it is for and an example."""

    attribute: str
    annotation: Any
    default: Any
    description: str
    example: Any = None

    def is_required(self) -> bool:
        """Whether a value must be given."""
        return self.default is REQUIRED


class Limits:
    """In an annotation: bounds by pydantic-core's names, such as `ge`, `lt`, `max_length`."""

    def __init__(self, **bounds: float) -> None:
        self.bounds = bounds


class JsonSchema:
    """In an annotation: what the field takes, as JSON Schema, where a function takes more than its type says."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema


UNCHECKED = object()
"""In an annotation: the value has its type already, from the function that prepares it, or is looked at later."""


def field(default: Any = REQUIRED, *, description: str, example: Any = None) -> Any:
    """Declare a field; without a default it is required, and the documentation shows its example."""
    return FieldInfo("", None, default, description, example)


def prepares(*fields: str) -> Callable[[Any], Any]:
    """Mark a class method that prepares the value of some fields before the type is checked; it raises ValueError."""

    def mark(method: Any) -> Any:
        method.prepares = fields
        return classmethod(method)

    return mark


def checks(method: Any) -> Any:
    """Mark a method that checks fields against one another; it raises ValueError."""
    method.checks = True
    return method


class Model:
    """A frozen value with declared fields; `model_validate` makes one from a mapping and refuses unknown fields.

    An attribute may end in `_`, where a method has the name already; its field is called without.
    """

    # The attributes that pydantic-core sets.
    __slots__ = ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")

    model_fields: ClassVar[dict[str, FieldInfo]] = {}

    def __init_subclass__(cls) -> None:
        cls.model_fields = {
            attribute.rstrip("_"): _field_info(attribute, annotation, vars(base).get(attribute, REQUIRED))
            for base in reversed(cls.__mro__)
            for attribute, annotation in vars(base).get("__annotations__", {}).items()
            if get_origin(annotation) is not ClassVar
        }

    @classmethod
    def model_validate(cls, values: Any) -> Self:
        """Make a model. Errors: pydantic_core.ValidationError with everything that is wrong."""
        model: Self = _validator(cls).validate_python(values)  # type: ignore[arg-type]  # mypy: no class is Hashable
        return model

    @property
    def stated(self) -> frozenset[str]:
        """The attributes that were given, and not left at their defaults."""
        return frozenset(getattr(self, "__pydantic_fields_set__"))  # noqa: B009 (set by pydantic-core)

    @classmethod
    def refine_json_schema(cls, properties: dict[str, Any]) -> None:
        """Say of fields what their types cannot, as it differs between subclasses."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __setstate__(self, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
        for name, value in {**state[0], **state[1]}.items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, field.attribute)!r}" for name, field in self.model_fields.items())
        return f"{type(self).__name__}({fields})"


def _field_info(attribute: str, annotation: Any, declared: Any) -> FieldInfo:
    if isinstance(declared, FieldInfo):
        return declared._replace(attribute=attribute, annotation=annotation)
    return FieldInfo(attribute, annotation, declared, "")


@cache
def _validator(cls: type[Model]) -> SchemaValidator:
    return SchemaValidator(model_schema(cls))


def model_schema(cls: type[Model]) -> CoreSchema:
    """Return the schema that pydantic-core checks a model by."""
    preparations, checking = _marked_methods(cls)
    fields: dict[str, core_schema.ModelField] = {}
    for name, info in cls.model_fields.items():
        schema = schema_of(info.annotation)
        if name in preparations:
            schema = core_schema.no_info_before_validator_function(preparations[name], schema)
        if not info.is_required():
            # Such a default is written as a file would write it, and prepared as a stated value is; None is no value.
            prepared = schema["type"] == "function-before" and info.default is not None
            schema = core_schema.with_default_schema(schema, default=info.default, validate_default=prepared)
        fields[info.attribute] = core_schema.model_field(schema, validation_alias=name)
    all_fields = core_schema.model_fields_schema(fields, extra_behavior="forbid")
    schema = core_schema.model_schema(cls, all_fields)
    for check in checking:
        schema = core_schema.no_info_after_validator_function(check, schema)
    return schema


def _marked_methods(cls: type[Model]) -> tuple[dict[str, Any], list[Any]]:
    """Return the function that prepares each field, and those that check a whole model, base classes first."""
    preparations: dict[str, Any] = {}
    checking: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        for name, member in vars(base).items():
            if isinstance(member, classmethod):
                preparations |= dict.fromkeys(getattr(member.__func__, "prepares", ()), getattr(cls, name))
            elif getattr(member, "checks", False):
                checking[name] = _returning_model(member)
    return preparations, list(checking.values())


def _returning_model(check: Callable[[Any], None]) -> Callable[[Any], Any]:
    def run(model: Any) -> Any:
        check(model)
        return model

    return run


_SCALARS: dict[Any, CoreSchema] = {
    Any: core_schema.any_schema(),
    bool: core_schema.bool_schema(strict=True),
    float: core_schema.float_schema(strict=True, allow_inf_nan=False),
    int: core_schema.int_schema(strict=True),
    str: core_schema.str_schema(strict=True),
}


def schema_of(annotation: Any) -> CoreSchema:
    """Return the schema of a type: scalars are strict, and `Annotated` may bring a schema or a function of its own.

    Errors: TypeError for a type that no field has needed yet.
    """
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(*args)
    if origin is Literal:
        return core_schema.literal_schema(list(args))
    if origin in (Union, UnionType) and NoneType in args:
        return core_schema.nullable_schema(schema_of(next(arg for arg in args if arg is not NoneType)))
    if origin is tuple and args[1:] == (...,):
        return core_schema.tuple_schema([schema_of(args[0])], variadic_item_index=0)
    if origin is dict:
        return core_schema.dict_schema(schema_of(args[0]), schema_of(args[1]))
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return model_schema(annotation)
    raise TypeError(f"no schema for {annotation}")


def _annotated(annotation: Any, *metadata: Any) -> CoreSchema:
    schema = core_schema.any_schema() if UNCHECKED in metadata else schema_of(annotation)
    for data in metadata:
        if isinstance(data, Limits):
            schema = cast(CoreSchema, {**schema, **data.bounds})
        elif isinstance(data, FunctionType):
            schema = core_schema.no_info_before_validator_function(data, schema)
    return schema
