"""What a project says once for all of its networks: `[tool.archsum]` of pyproject.toml, or archsum.toml."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from archsum.errors import Diagnostic, Location, SpecError, quote
from archsum.language.spec.budget import Budget
from archsum.language.spec.training import Training
from archsum.language.text.source import read_file
from archsum.layers.fields import StrictModel, TupleOf

_OWN, _SHARED = "archsum.toml", "pyproject.toml"
_BEGINNING = 1 << 16
_KEY = re.compile(rb"^(input|layers|blocks|variables|defaults|budget|outputs|training)\s*:", re.MULTILINE)
_FEWEST_KEYS = 2
"""Of a network file: so one whose `layers` are misspelt is found too, and says so."""


class Settings(StrictModel):
    """What is checked, and by which limits where a file has none of its own."""

    files: TupleOf[str] = Field((), description="Files, folders and patterns, from the settings' own folder.")
    budget: Budget = Field(default_factory=lambda: Budget.model_validate({}), description="Limits of every network.")
    training: Training = Field(
        default_factory=lambda: Training.model_validate({}), description="How every network is trained."
    )
    against: str | None = Field(None, min_length=1, description="The Git revision that limits are relative to.")


class Project:
    """The settings that hold for the current folder: its own, or those of the nearest folder around it."""

    def __init__(self) -> None:
        """Read the settings. Errors: SpecError for what is wrong with them."""
        try:
            here = Path.cwd()
        except OSError as error:
            raise _bad(f"the current folder is not there: {error.strerror}", None, "go to another") from None
        self._folder, settings = _find(here)
        self._settings = Settings.model_validate({}) if settings is None else settings

    def files(self) -> list[str]:
        """Return the files that are to be checked, by paths from the current folder."""
        found: dict[str, None] = {}
        for pattern in self._settings.files:
            files = [file for path in self._matching(pattern) for file in networks_in(os.path.relpath(path))]
            if not files:
                raise _bad(f"`files` has {quote(pattern)}, where there is no network file", None, "look at the path")
            found.update(dict.fromkeys(files))
        return list(found)

    def _matching(self, pattern: str) -> list[Path]:
        if not any(sign in pattern for sign in "*?["):
            return [self._folder / pattern]
        try:
            return sorted(self._folder.glob(pattern))
        except (NotImplementedError, ValueError) as error:
            message = f"`files` has {quote(pattern)}, which is no pattern: {error}"
            cure = "write one from the settings' folder on, such as `models/*.yaml`, or a path without `*`, `?` and `[`"
            raise _bad(message, None, cure) from None

    @property
    def against(self) -> str | None:
        """What limits are relative to, unless the command says so."""
        return self._settings.against

    def limits(self, of_file: Budget) -> dict[str, Any]:
        """Return the limits that a file does not state itself."""
        return _unstated(self._settings.budget, of_file)

    def training(self, of_file: Training) -> dict[str, Any]:
        """Return what a file does not state itself of training."""
        return _unstated(self._settings.training, of_file)


def networks_in(path: str) -> Iterator[str]:
    """Yield a file as it is, and of a folder all files that look like networks, in alphabetical order."""
    if not os.path.isdir(path):
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = os.path.join(folder, name)
            if name.endswith((".yaml", ".yml")) and _looks_like_a_network(file):
                yield file


def _looks_like_a_network(file: str) -> bool:
    if os.path.exists(file) and not os.path.isfile(file):
        return False  # such as a pipe, which would be waited for
    try:
        with open(file, "rb") as opened:
            content = opened.read(_BEGINNING)
    except OSError:
        return True  # which says why it cannot be read
    return len(set(_KEY.findall(content))) >= _FEWEST_KEYS


def _find(folder: Path) -> tuple[Path, Settings | None]:
    """Return the nearest settings, and the folder that they are in."""
    for around in (folder, *folder.parents):
        if (around / _OWN).is_file():
            return around, _settings(around / _OWN, _parse(around / _OWN))
        if (around / _SHARED).is_file():
            tools = _parse(around / _SHARED).get("tool")
            if isinstance(tools, dict) and "archsum" in tools:
                return around, _settings(around / _SHARED, tools["archsum"], "tool.archsum")
    return folder, None


def _parse(file: Path) -> Mapping[str, Any]:
    content, name = read_file(os.path.relpath(file))
    raw = content if isinstance(content, bytes) else content.encode()
    try:
        return tomllib.loads(raw.decode())
    except (ValueError, RecursionError) as error:  # also of a number with thousands of digits
        raise _bad(f"it is no TOML: {error}", Location(name, ""), "write it as https://toml.io shows") from None


def _settings(file: Path, stated: Mapping[str, Any], table: str = "") -> Settings:
    try:
        return Settings.model_validate(stated)
    except ValidationError as error:
        from archsum.language.advice.complaints import Subject, diagnose

        found = diagnose(error, Subject(f"`[{table}]`" if table else "the file", Settings, stated, None))
        place = Location(os.path.relpath(file), table)
        raise SpecError([problem._replace(span=place) for problem in found]) from None


def _unstated(settings: Budget | Training, of_file: Budget | Training) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.model_fields_set if name not in of_file.model_fields_set}


def _bad(message: str, place: Location | None, cure: str) -> SpecError:
    return SpecError([Diagnostic("bad-settings", message, place, cure)])
