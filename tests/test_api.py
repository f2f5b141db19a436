"""The public names: they are all there, and cost nothing until they are used."""

import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files

import pytest

import archsum
from archsum import api


def run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True, encoding="utf-8")
    return done.stdout


@pytest.mark.parametrize("name", archsum.__all__)
def test_public_names_exist_and_are_documented(name: str) -> None:
    assert getattr(archsum, name).__doc__


def test_what_the_api_offers_is_offered_by_the_package() -> None:
    assert set(api.__all__) <= set(archsum.__all__)


def test_no_other_names() -> None:
    with pytest.raises(AttributeError, match="module 'archsum' has no attribute 'summarise'"):
        _ = archsum.summarise


def test_importing_the_package_imports_nothing_heavy() -> None:
    imported = run("-c", "import sys, archsum; print(*sys.modules)").split()
    assert "archsum" in imported
    heavy = {"pydantic", "pydantic_core", "yaml", "tabulate", "archsum.api", "archsum.errors"}
    assert not heavy.intersection(imported)


def test_import_of_the_names_from_the_package() -> None:
    names = ", ".join(archsum.__all__)
    assert run("-c", f"from archsum import {names}; print(summarize.__name__)") == "summarize\n"


def test_types_are_for_others_to_use_too() -> None:
    assert files("archsum").joinpath("py.typed").is_file()


def test_running_the_package_is_running_the_command() -> None:
    assert run("-m", "archsum", "--version") == f"archsum {version('archsum')}\n"
