"""The functions that the package offers; the command line is thin over them.

They take what `load` takes, or the Network that it made: a file's path, an open file, a text, a mapping.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from archsum import sources
from archsum.errors import Diagnostic, FieldError, SpecError
from archsum.formula import Value
from archsum.language.network import Network
from archsum.language.read.settings import InputShape, require_overrides
from archsum.propagate import propagate
from archsum.results.summary import Summary
from archsum.sources import Source
from archsum.work import Work

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from archsum.budget import Base
    from archsum.language.spec.budget import Budget
    from archsum.memory.devices import Device
    from archsum.results.building import Built
    from archsum.results.check import Check
    from archsum.results.conversion import Conversion
    from archsum.results.diff import Diff
    from archsum.results.explanation import Explanation
    from archsum.results.memory import Costs, Fit
    from archsum.results.pictures import Diagram, Plot
    from archsum.results.report import Report
    from archsum.results.solution import Solution
    from archsum.sweeps.rows import Row
    from archsum.variants import Template

__all__ = [
    "Network",
    "Summary",
    "build",
    "check",
    "convert",
    "copy_weights",
    "costs",
    "devices",
    "diagram",
    "diff",
    "explain",
    "fit",
    "fit_all",
    "from_keras",
    "from_torch",
    "kinds",
    "load",
    "plot",
    "report",
    "solve",
    "summarize",
    "sweep",
    "template",
    "to_keras",
    "to_torch",
]


class Overrides(TypedDict, total=False):
    """What `load` overrides of a file."""

    variables: Mapping[str, Value] | None
    input: InputShape | None
    allow_unknown: bool


def load(
    file: Source,
    *,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
    allow_unknown: bool = False,
) -> Network:
    """Read a network: its graph, and of our own files the budget.

    `file` is a path or an open file: our YAML, Keras's `.keras`, `.h5` or JSON, or ONNX; our YAML as a text of several
    lines, or as the mapping that it is; `module:name` or `model.py:name` of a live model, whose code is run; or such a
    file as a revision of a Git repository has it, `REV:path`.
    `variables` and `input` override the file's own: `input` takes sizes without the batch axis, or where there are
    several inputs, sizes by name. `allow_unknown` accepts layers of Keras files whose weights cannot be known; all
    totals that they touch are unknown.

    Errors: SpecError with every problem in the file; shapes that do not fit are found by `summarize`.
    """
    _require_source(file)
    require_overrides(variables, input)
    return sources.load(file, variables=variables, input=input, allow_unknown=allow_unknown)


def template(file: Source, *, input: InputShape | None = None) -> "Template":  # noqa: A002
    """Read and check one of our own files once, for many variants: other values of its variables, or other inputs.

    `file` is a path, an open file, a text of several lines or a mapping; `input` overrides its own in every variant.

    Errors: SpecError with every problem in the file, where there is one that other values do not solve, and for what is
    none of our own files.
    """
    from archsum.variants import Template

    _require_source(file)
    require_overrides(None, input)
    return Template(*sources.read_own(file), input)


def from_keras(model: Any, *, input: InputShape | None = None) -> Network:  # noqa: A002
    """Read a live Keras model, of Keras 2 or 3; `input` fixes sizes that it leaves open.

    Errors: SpecError for layers that cannot be read, and where one is not what the model says; TypeError for no model.
    """
    from archsum.interchange.live import is_of_keras

    if not is_of_keras(model):
        raise TypeError(f"`from_keras` takes a keras.Model, not {_no_source(model)}")
    return sources.from_keras(model, input)


def from_torch(module: Any, example: Any, *, name: str | None = None) -> Network:
    """Read a live PyTorch model, which is run, and is afterwards what it was before.

    `example` says what it takes: a tensor with the batch axis, a tuple of them, or a dict of them by the names of
    `forward`; or shapes without the batch axis, such as (3, 224, 224) or {"left": (3, 32, 32), "right": (3, 32, 32)}.
    Parameters count as trainable where they have `requires_grad`. `name` is what the network is called, by default the
    name of the module's class.

    Errors: SpecError where the example is not what the model takes, or what it does depends on values; TypeError for
    no model. What the model raises itself is not caught.
    """
    from archsum.interchange.live import is_of_keras, is_of_torch

    if not is_of_torch(module) or is_of_keras(module):
        raise TypeError(f"`from_torch` takes a torch.nn.Module, not {_no_source(module)}")
    return sources.from_torch(module, example, name or type(module).__name__)


def kinds() -> tuple[str, ...]:
    """Return the kinds of layer, by the words of the language."""
    from archsum.layers import KINDS

    return tuple(KINDS)


def devices() -> "Mapping[str, Device]":
    """Return the devices that are built in, by their names."""
    from archsum.memory.devices import DEVICES

    return DEVICES


def summarize(file: Source | Network, **overrides: Unpack[Overrides]) -> Summary:
    """Summarize a network; printed, the summary is a table.

    Errors: SpecError with every problem in the file.
    """
    network = _network(summarize, file, overrides)
    return Summary(**vars(propagate(network.graph, network.engine)))


def check(
    file: Source | Network,
    budget: Mapping[str, int | str | None] | None = None,
    training: Mapping[str, Any] | None = None,
    *,
    against: "Source | Network | Base | None" = None,
    **overrides: Unpack[Overrides],
) -> "Check":
    """Compare a network with its budget; printed, the verdicts are a table.

    The limits of `budget`, as in `{"max_params": "5M"}`, take the place of the file's own, or are added to them; so
    does `training`, as in `{"batch": 64}`, of how the file says that the network is trained.
    `against` is what limits such as `+2%` are relative to: the Git revision in which the file was as it should be
    compared with, or another network; `training` and `overrides` are of it too.
    `ok` is None, and `problems` says why, where a limit could not be checked.

    Errors: SpecError with every problem in the file or in `budget`, and where there is no limit at all.
    """
    from archsum.language.advice.overrides import override

    network = _network(check, file, overrides)
    limits = override(network.budget, budget or {}, "the budget")
    return _verdicts(network, limits, costs(network, training), _base(file, against, training, overrides))


def fit(
    file: Source | Network,
    device: str | None = None,
    training: Mapping[str, Any] | None = None,
    **overrides: Unpack[Overrides],
) -> "Fit":
    """Find the largest batches of a network that fit into a device's memory; printed, they are a text.

    `device` takes the place of the one that the file's budget names; `training` is as for `costs`.

    Errors: SpecError with every problem in the file, in `device` or in `training`, and where it cannot be known.
    """
    from archsum.memory.fit import fit
    from archsum.results.memory import Fit

    network = _network(fit, file, overrides)
    name = device or network.budget.device
    if name is None:
        cure = (
            "add `budget: {device: a100-40gb}` to the file, or state one: `--device a100-40gb`, "
            'in Python `device="a100-40gb"`'
        )
        message = f"{network.graph.name} names no device to fit into"
        raise SpecError([Diagnostic("no-device", message, None, cure)])
    return Fit(*fit(costs(network, training), device_of(name, network)))


def fit_all(
    file: Source | Network, training: Mapping[str, Any] | None = None, **overrides: Unpack[Overrides]
) -> "list[Fit]":
    """Find the largest batches on each GPU: the file's own, and those that are built in.

    Errors: SpecError with every problem in the file or in `training`, and where it cannot be known.
    """
    from archsum.memory.devices import gpus
    from archsum.memory.fit import fit_each
    from archsum.results.memory import Fit

    network = _network(fit_all, file, overrides)
    return [Fit(*found) for found in fit_each(costs(network, training), gpus(network.devices))]


def costs(
    file: Source | Network,
    training: Mapping[str, Any] | None = None,
    *,
    context: int | None = None,
    **overrides: Unpack[Overrides],
) -> "Costs":
    """Compute what a network costs of memory; printed, it is a text.

    `training`, as in `{"batch": 64, "optimizer": "adamw"}`, takes the place of what the file says. A microcontroller's
    memory is that of int8, unless `precision` is stated here as float32, which then holds for it too. `context` is how
    many tokens attention caches, by default as many as the network is given.

    Errors: SpecError with every problem in the file or in `training`.
    """
    from archsum.results.memory import Costs

    if context is not None and context < 1:
        raise ValueError(f"`context` takes a number of tokens, 1 or more, not {context}")
    network = _network(costs, file, overrides)
    return Costs.of(network, summarize(network), training or {}, context)


def explain(file: Source | Network, layer: str | None = None, **overrides: Unpack[Overrides]) -> "Explanation":
    """Derive the numbers of a network's layers, or of the one named; printed, the derivation is a text.

    Errors: SpecError with every problem in the file, and where no layer has the name.
    """
    from archsum.explanation import explain, explain_totals
    from archsum.results.explanation import Explanation

    network = _network(explain, file, overrides)
    summary, work = summarize(network), Work(network.steps_allowed)
    return Explanation(explain(summary, layer, work), explain_totals(summary, layer, work))


def diff(
    before: Source | Network,
    after: Source | Network,
    *,
    only: Collection[str] = (),
    titles: tuple[str, str] | None = None,
    **overrides: Unpack[Overrides],
) -> "Diff":
    """Compare two networks; printed, what changed is a text, and `equal` says whether nothing did.

    Layers and blocks are matched by their names and their structure: names are no difference, nor are other blocks
    around the same layers. `only` are the aspects to compare: of `fields`, `shapes`, `weights`, `inputs` and `names`;
    a layer that one network lacks is a difference in any. `titles` are what the networks are called; `overrides` are of
    both.

    Errors: SpecError with every problem in both.
    """
    from archsum.budget import Base
    from archsum.comparison import ASPECTS, compare
    from archsum.results.diff import Diff

    if unknown := set(only) - set(ASPECTS):
        raise ValueError(f"there is no aspect {min(unknown)!r}: choose from {', '.join(ASPECTS)}")
    (one, costs_before), (other, costs_after) = _computed(diff, (before, after), overrides)
    called = titles or (one.graph.name, other.graph.name)
    base = Base(called[0], lambda: costs_before)
    difference = compare(costs_before.summary, costs_after.summary)
    return Diff(
        difference.limited(only) if only else difference,
        called,
        (costs_before, costs_after),
        (_checked(one, costs_before, one.budget, base), _checked(other, costs_after, other.budget, base)),
        (one.variables, other.variables),
        tuple(aspect for aspect in ASPECTS if aspect in only),
    )


def _computed(
    called: Callable[..., object],
    sources: Sequence[Source | Network],
    overrides: Overrides,
    training: Mapping[str, Any] | None = None,
) -> "list[tuple[Network, Costs]]":
    """Return networks with their costs. Errors: SpecError with every problem in all."""
    computed, problems = [], []
    for source in sources:
        try:
            network = _network(called, source, overrides)
            computed.append((network, costs(network, training)))
        except SpecError as error:
            problems += error.diagnostics
    if problems:
        raise SpecError(problems)
    return computed


def report(
    file: Source | Network,
    other: Source | Network | None = None,
    *,
    training: Mapping[str, Any] | None = None,
    budget: Mapping[str, int | str | None] | None = None,
    titles: Sequence[str] = (),
    **overrides: Unpack[Overrides],
) -> "Report":
    """Write a page about a network: budget, treemaps, memory, layers, and how each number comes about.

    With an `other` the page is of both, before and after. It is one file that loads nothing, for a browser or a
    printer; a notebook shows it. `training` is as for `costs`, and `budget` as for `check`, of both; `titles` are what
    the sources are called.

    Errors: SpecError with every problem in the files, in `training` or in `budget`, and where Jinja, which writes the
    page, is not installed.
    """
    from archsum.budget import Base
    from archsum.render.report import render
    from archsum.render.report.subject import Reported, Subject
    from archsum.results.report import Report

    sources = (file,) if other is None else (file, other)
    computed = _computed(report, sources, overrides, training)
    names = titles or [network.graph.name for network, _ in computed]
    base = None if other is None else Base(names[0], lambda: computed[0][1])
    reported = [
        Reported(title, found, *_judged(network, found, budget, base))
        for title, (network, found) in zip(names, computed, strict=True)
    ]
    difference = None
    if other is not None:
        from archsum.comparison import compare
        from archsum.render.diff.report import Report as Difference

        before, after = reported
        difference = Difference(
            compare(before.summary, after.summary),
            (before.title, after.title),
            (before.costs, after.costs),
            (before.check, after.check),
            (computed[0][0].variables, computed[1][0].variables),
        )
    return Report(render(Subject(tuple(reported), difference)))


def diagram(
    file: Source | Network,
    block: str | None = None,
    *,
    format: str = "mermaid",  # noqa: A002
    depth: int | None = None,
    **overrides: Unpack[Overrides],
) -> "Diagram":
    """Draw a network, or the block of it that is named, as `mermaid`, `dot`, `svg`, `pdf` or `png`.

    Printed, the first three are that text. Blocks more than `depth` levels deep are folded; without a depth, as many
    as it takes for a diagram that can be taken in at a glance. Neighbours of one structure are drawn once.

    Errors: SpecError with every problem in the file, where no block has the name, and where Graphviz, which draws svg,
    pdf and png, is not installed.
    """
    from archsum.render.diagram import FORMATS, render
    from archsum.results.pictures import Diagram

    _check_format(format, FORMATS)
    if depth is not None and depth < 1:
        raise ValueError(f"`depth` takes a number of levels, 1 or more, not {depth}")
    return Diagram(render(summarize(_network(diagram, file, overrides)), block, format, depth), format)


def plot(
    file: Source | Network,
    training: Mapping[str, Any] | None = None,
    *,
    format: str = "svg",  # noqa: A002
    device: str | None = None,
    **overrides: Unpack[Overrides],
) -> "Plot":
    """Draw the memory of a training step of a network, layer by layer, as `svg`, `pdf` or `png`.

    Where the memory is not known, only the layers' parameters and operations are drawn. `training` is as for `costs`;
    the limit of `device`, or of the one that the file's budget names, is a line where it is near.

    Errors: SpecError with every problem in the file, in `training` or in `device`, and where matplotlib, which draws,
    is not installed.
    """
    from archsum.render.plot import FORMATS, render
    from archsum.results.pictures import Plot

    _check_format(format, FORMATS)
    network = _network(plot, file, overrides)
    name, drawn = device or network.budget.device, costs(network, training)
    return Plot(render(drawn, format, None if name is None else device_of(name, network)), format)


def convert(
    file: Source | Network,
    *,
    flat: bool = False,
    origin: str | None = None,
    **overrides: Unpack[Overrides],
) -> "Conversion":
    """Write a network as our YAML: what repeats is folded into blocks and repeats, or `flat` has a line for each layer.

    The text is read again, and compared with the network layer by layer, before it is returned. `origin` is what its
    first line says that it comes from, by default the file. What a file says of its budget, of training and of devices
    is not in it.

    Errors: SpecError with every problem in the file.
    """
    from archsum.interchange.writing.conversion import convert, paths
    from archsum.results.conversion import Conversion

    network = _network(convert, file, overrides)
    written = convert(network, origin or _origin(file, network), as_lines=flat)
    return Conversion(written.text, paths(written, network.graph))


def sweep(
    file: "Source | Template",
    variants: "Mapping[str, str | Iterable[Any]] | Iterable[Mapping[str, Any]]",
    *,
    metrics: Collection[str] = ("params", "macs"),
    where: str | None = None,
    within_budget: bool = False,
    device: str | None = None,
    training: Mapping[str, Any] | None = None,
    executor: "Executor | None" = None,
) -> "Iterator[Row]":
    """Compute variants of one of our own files, a row for each, in their order, as they come.

    `variants` are mappings of variables to values, in which `input` has a shape; or one mapping of variables to all of
    their values, as a list, or as a text such as "0.5:2:0.25", whose combinations are the variants. `metrics` are named
    as the limits of a budget, without `max_`. There are rows for variants that keep what they have to: `where` is a
    condition on metrics and on what is varied, as in "params < 5M"; `within_budget` is for the file's budget, `device`
    for the memory of a device. What is no network has a row whose verdict is `refused`, with the error's code and
    message. `training` is as for `costs`. `executor` computes them, a `concurrent.futures.Executor`; without one they
    are computed here.

    Errors: SpecError with every problem in the file, and in what is asked of it; TypeError for what is no list.
    """
    from archsum.sweeps import engines
    from archsum.sweeps.asking import ask
    from archsum.sweeps.axes import AxesReader
    from archsum.sweeps.space import Space, Variant
    from archsum.sweeps.sweeping import rows

    of = _template(file)
    if isinstance(variants, Mapping):
        space = Space(AxesReader(of).add_grid(variants).read())
        varied, found = space.names, space.variants()
    else:
        listed = iter(variants)
        first = list(islice(listed, 1))
        if not all(isinstance(values, Mapping) for values in first):
            raise TypeError(f'`variants` are mappings such as {{"width": 0.5}}, not {first[0]!r}')
        varied = tuple(name for values in first for name in values)
        found = (Variant(number, values) for number, values in enumerate(chain(first, listed), start=1))
    question = ask(of, varied, metrics, where=where, within_budget=within_budget, device=device, training=training)
    return rows(question, found, engines.of(executor) if executor else engines.here())


def solve(
    file: "Source | Template",
    name: str,
    values: str | Iterable[float],
    *,
    variables: Mapping[str, Value] | None = None,
    where: str | None = None,
    within_budget: bool = False,
    device: str | None = None,
    training: Mapping[str, Any] | None = None,
    smallest: bool = False,
    scan: bool = False,
) -> "Solution":
    """Find the largest value of a variable that keeps limits, or the `smallest`; printed, it is a text.

    `values` are numbers that grow, or a range: "0.1:4" to three digits, "1:40" in whole numbers, "0.25:4:0.25" with a
    step. What it has to keep is as for `sweep`; `variables` are other variables' values. Where that is limits alone,
    and what they limit is monotonic on the values computed, it is found by bisection; otherwise, or with `scan`, all
    are computed from the end on. Which it was the result says.

    Errors: SpecError with every problem in the file, and in what is asked of it.
    """
    from archsum.results.solution import Solution
    from archsum.sweeps import solving
    from archsum.sweeps.asking import ask_of_one

    if not (where or within_budget or device):
        raise ValueError("what has it to keep? give `where`, `within_budget` or `device`")
    of = _template(file)
    question, choices = ask_of_one(
        of, name, values, variables or {}, where=where, within_budget=within_budget, device=device, training=training
    )
    found = solving.solve(question, name, choices, variables=variables or {}, smallest=smallest, scan=scan)
    return Solution(**vars(found))


def build(
    file: Source | Network,
    to: str = "keras",
    *,
    origin: str | None = None,
    path: str = "model.py",
    options: str = "",
    **overrides: Unpack[Overrides],
) -> "Built":
    """Write a network as source code of a framework, as people write it: blocks are functions, repeats are loops.

    Its function is called as the network is, takes the file's variables, and makes the model. What our file cannot say
    of every use of a block is written as a number. `origin` is what the docstring says that it comes from, by default
    the file; `path` is what the code's own file is called there.

    Errors: SpecError with every problem in the file, and with everything that the framework cannot do.
    """
    from archsum.interchange.building.building import build as write_source
    from archsum.interchange.building.frameworks import FRAMEWORKS
    from archsum.results.building import Built

    _check_format(to, tuple(FRAMEWORKS))
    network = _network(build, file, overrides)
    return Built(*write_source(network, to, origin or _origin(file, network), path, options), to)


def to_keras(file: Source | Network, **overrides: Unpack[Overrides]) -> Any:
    """Make the Keras model of a network, a `keras.Model`: by the very code that `build` writes.

    Errors: those of `build`; ModuleNotFoundError where Keras is not installed.
    """
    from archsum.interchange.building.live import run

    built = build(file, "keras", **overrides)
    return run(built.text, built.name, built.framework)


def to_torch(file: Source | Network, **overrides: Unpack[Overrides]) -> Any:
    """Make the PyTorch model of a network, a `torch.nn.Module`: by the very code that `build` writes.

    Errors: those of `build`; ModuleNotFoundError where PyTorch is not installed.
    """
    from archsum.interchange.building.live import run

    built = build(file, "torch", **overrides)
    return run(built.text, built.name, built.framework)


def copy_weights(keras_model: Any, torch_model: Any, example: Any = None) -> None:
    """Copy the weights of a Keras model into a PyTorch model of the same network, such as `to_torch` makes.

    What each layer comes of says which is which; names do not matter. `example` is as for `from_torch`, by default what
    the PyTorch model says itself, as those that `build` writes do.

    Errors: SpecError where the networks differ in their weights; TypeError for what is no model.
    """
    from archsum.interchange.copying.copying import copy
    from archsum.interchange.torch.reading import said_by

    given = said_by(torch_model) if example is None else example
    if given is None:
        raise TypeError("`copy_weights` takes an example of what the PyTorch model takes, such as (3, 224, 224)")
    keras, torch = summarize(from_keras(keras_model)), summarize(from_torch(torch_model, given))
    copy(keras_model, keras, torch_model, torch)


def _origin(file: Source | Network, network: Network) -> str:
    """Return what a file is called, or else the network."""
    return os.path.basename(file) if isinstance(file, str | os.PathLike) else network.graph.name


def _template(file: "Source | Template") -> "Template":
    from archsum.variants import Template

    return file if isinstance(file, Template) else template(file)


def _require_source(file: object) -> None:
    if not (isinstance(file, str | os.PathLike | Mapping) or hasattr(file, "read")):
        raise TypeError(f"a network is given as a path, an open file, a text or a mapping, not as {_no_source(file)}")


def _network(called: Callable[..., object], file: Source | Network, overrides: Overrides) -> Network:
    """Return the network that a function was called with. Errors: TypeError for what overrides nothing."""
    if unknown := overrides.keys() - Overrides.__annotations__:
        name = min(unknown)
        message = f"{called.__name__}() got an unexpected keyword argument {name!r}"
        raise TypeError(f'{message}: a variable of the file is set by `variables={{"{name}": …}}`')
    if not isinstance(file, Network):
        return load(file, **overrides)
    if any(value is not None and value is not False for value in overrides.values()):
        raise TypeError("`variables` and `input` override a file: give them to `load`, which made the Network")
    return file


def _base(
    file: Source | Network, against: "Source | Network | Base | None", training: Any, overrides: Overrides
) -> "Base | None":
    """Return what limits are relative to, which is read when there are such."""
    from archsum.budget import Base

    if against is None or isinstance(against, Base):
        return against
    if isinstance(against, Network):
        return Base(against.graph.name, lambda: costs(against, training))
    source = file.graph.name if isinstance(file, Network) else file

    def read() -> "Costs | None":
        was = sources.as_it_was(source, against)
        return None if was is None else costs(was, training, **overrides)

    return Base(sources.called_as_it_was(source, against), read)


def _verdicts(network: Network, limits: "Budget", found: "Costs", base: "Base | None") -> "Check":
    from archsum.budget import check
    from archsum.results.check import Check

    device = None if limits.device is None else device_of(limits.device, network)
    checked = check(found, limits, device, network.block_places, base)
    return Check(checked.name, checked.verdicts, checked.problems, network.warnings)


def _checked(network: Network, found: "Costs", limits: "Budget", base: "Base | None") -> "Check | None":
    """Return the verdicts on limits; None where there are none."""
    stated = [value for field, value in limits if field != "warn_at" and value not in (None, {})]
    return _verdicts(network, limits, found, base) if stated else None


def _judged(
    network: Network, found: "Costs", budget: Mapping[str, int | str | None] | None, base: "Base | None"
) -> "tuple[Check | None, Device | None]":
    """Return the verdicts on a network's budget, in which some limits are others, and its device; None without."""
    from archsum.language.advice.overrides import override

    limits = override(network.budget, budget or {}, "the budget")
    device = None if limits.device is None else device_of(limits.device, network)
    return _checked(network, found, limits, base), device


def device_of(name: str, network: Network) -> "Device":
    """Return the device of a name: the network's own, or a built-in one. Errors: SpecError where there is none."""
    from archsum.memory.devices import find_device

    try:
        return find_device(name, network.devices)
    except FieldError as error:
        place = network.device_place if name == network.budget.device else None
        raise SpecError([Diagnostic("bad-value", f"`device` {error}", place, error.cure)]) from None


def _check_format(name: str, formats: Sequence[str]) -> None:
    if name not in formats:
        raise ValueError(f"there is no format {name!r}: choose from {', '.join(formats)}")


def _a(value: object) -> str:
    return f"a value of type {type(value).__name__}"


def _no_source(value: object) -> str:
    """Say what a value is that nothing reads there, and what to do with it."""
    from archsum.interchange.live import is_of_keras, is_of_torch

    if is_of_keras(value):
        return f"{_a(value)}: read it with `archsum.from_keras`"
    if is_of_torch(value):
        return f"{_a(value)}: read it with `archsum.from_torch`"
    if isinstance(value, type):
        return f"the class {value.__name__}: make a model of it first"
    if isinstance(value, Mapping):
        return f"{_a(value)}: weights alone do not say what is done with them"
    return _a(value)
