"""The functions that the package offers; the command line is thin over them."""

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from archsum import language
from archsum.errors import Diagnostic, FieldError, SpecError
from archsum.formula import Value
from archsum.language import File, InputShape, Network
from archsum.propagate import propagate
from archsum.summary import Summary

if TYPE_CHECKING:
    from archsum.budget import Check
    from archsum.explanation import Explanation
    from archsum.memory.costs import Costs
    from archsum.memory.devices import Device
    from archsum.memory.fit import Fit
    from archsum.render.diagram.diagram import Diagram
    from archsum.render.plot.plot import Plot

__all__ = ["Network", "Summary", "check", "costs", "diagram", "explain", "fit", "load", "plot", "summarize"]


def load(
    file: File,
    *,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
) -> Network:
    """Read a network file: its graph and its budget.

    `file` is a path or an open file; `variables` and `input` override the file's own: `input` takes sizes without the
    batch axis, or where there are several inputs, sizes by name.

    Errors: SpecError with every problem in the file; shapes that do not fit are found by `summarize`.
    """
    if not (isinstance(file, str | os.PathLike) or hasattr(file, "read")):
        raise TypeError(f"a network file is given as a path or an open file, not as {_a(file)}")
    shapes = () if input is None else input.values() if isinstance(input, Mapping) else (input,)
    for sizes in shapes:
        if isinstance(sizes, str) or not isinstance(sizes, Sequence):
            raise TypeError(f"`input` takes a sequence of sizes, such as (64, 64, 3), or one by name, not {_a(sizes)}")
    if not isinstance(variables, Mapping | None) or not all(isinstance(name, str) for name in variables or ()):
        raise TypeError('`variables` takes a mapping of names to values, such as {"width": 0.5}')
    with _uncollected():
        return language.load(file, variables=variables, input=input)


def summarize(
    file: File | Network,
    *,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
) -> Summary:
    """Summarize a network file, or a Network that `load` returned; printed, the summary is a table.

    Errors: SpecError with every problem in the file.
    """
    network = _network(file, variables, input)
    with _uncollected():
        return propagate(network.graph, network.computations)


def check(
    file: File | Network,
    budget: Mapping[str, int | str | None] | None = None,
    training: Mapping[str, Any] | None = None,
    *,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
) -> "Check":
    """Compare a network file with its budget; printed, the verdicts are a table.

    The limits of `budget`, as in `{"max_params": "5M"}`, take the place of the file's own, or are added to them; so
    does `training`, as in `{"batch": 64}`, of how the file says that the network is trained.
    `ok` is None, and `problems` says why, where a limit could not be checked.

    Errors: SpecError with every problem in the file or in `budget`, and where there is no limit at all.
    """
    from archsum.budget import check, override

    network = _network(file, variables, input)
    limits = override(network.budget, budget or {})
    device = None if limits.device is None else _device(limits.device, network)
    return check(costs(network, training), limits, device, network.budget_places)


def fit(
    file: File | Network,
    device: str | None = None,
    training: Mapping[str, Any] | None = None,
    *,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
) -> "Fit":
    """Find the largest batches of a network file that fit into a device's memory; printed, they are a text.

    `device` takes the place of the one that the file's budget names; `training` is as for `costs`.

    Errors: SpecError with every problem in the file, in `device` or in `training`, and where it cannot be known.
    """
    from archsum.memory.fit import fit

    network = _network(file, variables, input)
    name = device or network.budget.device
    if name is None:
        cure = "add `budget: {device: a100-40gb}` to the file, or `--device a100-40gb` to the command"
        raise SpecError([Diagnostic("no-device", f"{network.graph.name} names no device to fit into", cure=cure)])
    return fit(costs(network, training), _device(name, network))


def costs(
    file: File | Network,
    training: Mapping[str, Any] | None = None,
    *,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
) -> "Costs":
    """Compute what a network file costs of memory; printed, it is a text.

    `training`, as in `{"batch": 64, "optimizer": "adamw"}`, takes the place of what the file says.

    Errors: SpecError with every problem in the file or in `training`.
    """
    from archsum.memory.costs import Costs, check_blocks, override

    network = _network(file, variables, input)
    summary, options = summarize(network), override(network.training, training or {})
    in_file = options.checkpointing == network.training.checkpointing
    check_blocks(options, summary, network.checkpointing_place if in_file else None)
    return Costs(summary, options)


def explain(
    file: File | Network,
    layer: str | None = None,
    *,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
) -> "Explanation":
    """Derive the numbers of a network file's layers, or of the one named; printed, the derivation is a text.

    Errors: SpecError with every problem in the file, and where no layer has the name.
    """
    from archsum.explanation import explain

    return explain(summarize(file, variables=variables, input=input), layer)


def diagram(
    file: File | Network,
    block: str | None = None,
    *,
    format: str = "mermaid",  # noqa: A002
    depth: int | None = None,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
) -> "Diagram":
    """Draw a network file, or the block of it that is named, as `mermaid`, `dot` or `svg`; printed, it is that text.

    Blocks more than `depth` levels deep are folded; without a depth, as many as it takes for a picture that can be
    taken in at a glance.

    Errors: SpecError with every problem in the file, where no block has the name, and where Graphviz, which draws svg,
    is not installed.
    """
    from archsum.render.diagram import diagram

    if format not in diagram.FORMATS:
        raise ValueError(f"there is no format {format!r}: choose from {', '.join(diagram.FORMATS)}")
    if depth is not None and depth < 1:
        raise ValueError(f"`depth` takes a number of levels, 1 or more, not {depth}")
    return diagram.render(summarize(file, variables=variables, input=input), block, format, depth)


def plot(
    file: File | Network,
    training: Mapping[str, Any] | None = None,
    *,
    format: str = "svg",  # noqa: A002
    device: str | None = None,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
) -> "Plot":
    """Draw the memory of a training step of a network file, layer by layer, as `svg`, `pdf` or `png`.

    Where the memory is not known, only the layers' parameters and operations are drawn. `training` is as for `costs`;
    the limit of `device`, or of the one that the file's budget names, is a line where it is near.

    Errors: SpecError with every problem in the file, in `training` or in `device`, and where matplotlib, which draws,
    is not installed.
    """
    from archsum.render.plot import plot

    if format not in plot.FORMATS:
        raise ValueError(f"there is no format {format!r}: choose from {', '.join(plot.FORMATS)}")
    network = _network(file, variables, input)
    name = device or network.budget.device
    return plot.render(costs(network, training), format, None if name is None else _device(name, network))


def _device(name: str, network: Network) -> "Device":
    from archsum.memory.devices import find_device

    try:
        return find_device(name, network.devices)
    except FieldError as error:
        place = network.budget_places.get("device") if name == network.budget.device else None
        raise SpecError([Diagnostic("bad-value", f"`device` {error}", place, error.cure)]) from None


def _network(file: File | Network, variables: Mapping[str, Value] | None, shape: InputShape | None) -> Network:
    if not isinstance(file, Network):
        return load(file, variables=variables, input=shape)
    if variables is not None or shape is not None:
        raise TypeError("`variables` and `input` override a file: give them to `load`, which made the Network")
    return file


def _a(value: object) -> str:
    return f"a value of type {type(value).__name__}"


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the garbage collector: reading only builds, and each collection would search the growing whole in vain."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
