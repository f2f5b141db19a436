"""A network → source code of a framework: of what its file says, or what our language says of another's model."""

import shlex
from collections.abc import Callable
from importlib import import_module
from textwrap import wrap
from typing import NamedTuple

from archsum.interchange.building.frameworks import FRAMEWORKS
from archsum.interchange.building.names import identifier
from archsum.interchange.building.program import NotSymbolicError, Program
from archsum.interchange.building.reading import read_program
from archsum.interchange.building.source import WIDTH, docstring
from archsum.interchange.writing.conversion import convert
from archsum.language import loading
from archsum.language.network import Network
from archsum.propagate import propagate
from archsum.summary import Summary

_MOST_COMMENT_LINES = 5

Writer = Callable[[Program, list[str], str], str]


class Built(NamedTuple):
    """Source code, and the name of its function that makes the network."""

    text: str
    name: str


def build(network: Network, framework: str, origin: str, path: str, options: str = "") -> Built:
    """Write a network as source code.

    `origin` is what its docstring says that it comes from, `path` the file that it will be, and `options` what
    overrides the origin, as `archsum diff` has it of its second network.

    Errors: SpecError with everything that the framework cannot do.
    """
    write: Writer = import_module(FRAMEWORKS[framework]).write
    name = _function_name(network)
    said = _docstring(network, propagate(network.graph, network.engine), origin, f"{path}:{name}", options)
    if network.written is None:
        network = _converted(network, origin, as_lines=False)
    try:
        return Built(_write(network, write, said, name), name)
    except NotSymbolicError:
        # Layer by layer, all that it says is a number.
        return Built(_write(_converted(network, origin, as_lines=True), write, said, name), name)


_IMPORTED = frozenset(("keras", "layers", "ops", "math", "partial", "torch", "nn", "F"))
"""What files import, so that no network's function is called so."""


def _function_name(network: Network) -> str:
    name = identifier(network.graph.name)
    return f"{name}_network" if name in _IMPORTED else name


def _write(network: Network, write: Writer, said: list[str], name: str) -> str:
    if network.written is None:
        raise AssertionError(network)
    return write(read_program(network, network.written), said, name)


def _converted(network: Network, origin: str, *, as_lines: bool) -> Network:
    """Return a network in our language."""
    text = convert(network, origin, as_lines=as_lines).text
    return loading.load(text, network.graph.name)


def _docstring(network: Network, summary: Summary, origin: str, made: str, options: str) -> list[str]:
    """Say what the network is, where the code comes from, and how it is checked."""
    totals = f"{_number(summary.params)} parameters, {_trainable(summary)} trainable, and {_number(summary.macs)} MACs."
    names = [shlex.quote(made), shlex.quote(origin), options] if options else [shlex.quote(origin), shlex.quote(made)]
    command = " ".join(["archsum diff", *names])
    about = _about(network) or f"The network {summary.name}."
    paragraphs = [about, f"Built by archsum from {origin}. It has {totals}", "To compare them again:"]
    lines = [line for paragraph in paragraphs for line in ("", *wrap(paragraph, WIDTH - 8, break_long_words=False))][1:]
    return docstring([*lines, "", f"    {command}"], "")


def _trainable(summary: Summary) -> str:
    """Say how many of the parameters are trainable."""
    trainable = summary.trainable_params
    if trainable is not None and trainable == summary.params:
        return "all"
    return "none" if trainable == 0 else f"{_number(trainable)} of them"


def _number(value: int | None) -> str:
    return "unknown" if value is None else f"{value:,}"


def _about(network: Network) -> str:
    """Return what the comment at the top of a file says first."""
    if network.written is None:
        return ""
    found: list[str] = []
    for line in network.written.file.whole.source.text.splitlines()[:_MOST_COMMENT_LINES]:
        if not line.startswith("#"):
            break
        found.append(line.lstrip("# ").rstrip())
        if found[-1].endswith("."):
            return " ".join(found)
    return ""
