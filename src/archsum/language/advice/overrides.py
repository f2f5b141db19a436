"""A file's settings with other values put in, as a command or a call gives them."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from archsum.errors import SpecError

Settings = TypeVar("Settings", bound=BaseModel)


def override(settings: Settings, given: Mapping[str, Any], name: str) -> Settings:
    """Return settings with other values put in; None takes out what need not be there. Messages call them `name`.

    Errors: SpecError for an unknown field, or for what a field cannot be.
    """
    cls = type(settings)
    optional = {field for field, info in cls.model_fields.items() if not info.default}
    together = {**vars(settings), **given}
    stated = {field: value for field, value in together.items() if value is not None or field not in optional}
    try:
        return cls.model_validate(stated)
    except ValidationError as error:
        from archsum.language.advice.complaints import Subject, diagnose

        raise SpecError(diagnose(error, Subject(name, cls, given, None))) from None
