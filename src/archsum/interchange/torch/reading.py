"""A live PyTorch model → graph."""

from typing import Any

import torch

from archsum.errors import Diagnostic, Location, SpecError, quote
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.imported import Imported, Options
from archsum.interchange.torch.batch import Layouts
from archsum.interchange.torch.examples import read_example
from archsum.interchange.torch.failing import advice
from archsum.interchange.torch.idioms import with_shuffles
from archsum.interchange.torch.modules import reader_of
from archsum.interchange.torch.running import run_twice
from archsum.interchange.torch.tracing import Trace
from archsum.interchange.torch.united import united
from archsum.interchange.torch.writing import Writer

_CHARACTERS_OF_A_CALL = 10_000


def read_model(model: Any, name: str, options: Options) -> Imported:
    """Read a live model, which is run with inputs of the sizes that `options` have.

    Errors: SpecError where they are not those that the model takes, where what it does depends on values, and with
    whatever is wrong with the layers; what the model raises itself is not caught.
    """
    given = said_by(model) if options.input is None else options.input
    if given is None:
        message = f"{quote(name)} is a PyTorch model, which does not say what its inputs are"
        cure = "give the shape without the batch: `--input 3,224,224`, in Python `input=[3, 224, 224]`"
        raise SpecError([Diagnostic("inputs", message, Location(name, ""), cure)])
    return read_module(model, name, given)


def said_by(model: Any) -> Any:
    """Return the shape of its inputs that a model says itself, as those do that `archsum build` writes."""
    said = getattr(model, "input_shape", None)
    shapes = said.values() if isinstance(said, dict) and said else (said,)
    return said if all(isinstance(one, tuple) and all(type(size) is int for size in one) for one in shapes) else None


def read_module(model: Any, name: str, given: Any) -> Imported:
    """Read a live model, which is run with an example: a tensor, several, or shapes without the batch.

    Errors: as for `read_model`.
    """
    builder = GraphBuilder(name, name)
    place = builder.place("")
    model = getattr(model, "_orig_mod", model)  # what torch.compile holds
    _require_python(model, place)
    example = read_example(model, given, place)
    try:
        first, second = run_twice(model, example, _is_layer)
    except Exception as error:  # the model's own, with what we know about it
        for cure in advice(model, example, _is_layer):
            error.add_note(cure)
        raise
    _require_same(first, second, place)
    first.calls = with_shuffles(first)
    layouts = Layouts(second)
    first.calls = united(first, layouts)
    writer = Writer(builder, model, first, layouts)
    writer.add_inputs({str(each.key): each.name for each in example.inputs}, place)
    outputs = writer.write()
    if not outputs:
        message = f"{quote(name)} gives no tensor that depends on its inputs"
        builder.report("not-a-network", message, place, "return a tensor")
    return builder.build(outputs, _CHARACTERS_OF_A_CALL * len(first.calls))


def _is_layer(module: Any) -> bool:
    return reader_of(module) is not None


def _require_python(model: Any, place: Location) -> None:
    """Check that a model can be followed. Errors: SpecError where it cannot."""
    for path, module in model.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            raise _not_followed(f"{quote(path or 'it')} is TorchScript", place)
    for path, parameter in model.named_parameters():
        if isinstance(parameter, torch.nn.parameter.UninitializedParameter):
            message = f"{quote(path)} has no shape yet: PyTorch gives it one when the model first runs"
            raise SpecError([Diagnostic("not-a-network", message, place, "run the model once, and give it then")])


def _not_followed(what: str, place: Location) -> SpecError:
    message = f"what the model does cannot be followed: {what}"
    cure = "give the model as a module written in Python"
    return SpecError([Diagnostic("not-a-network", message, place, cure)])


def _require_same(first: Trace, second: Trace, place: Location) -> None:
    """Check that two runs did the same. Errors: SpecError otherwise, and where they read values."""
    if first.read:
        message = f"what the model does depends on its data: values are read in {first.read[0]}"
        raise SpecError([Diagnostic("not-a-network", message, place, "give the part before, or behind, by itself")])
    if first.unseen:
        raise _not_followed(f"it runs {', '.join(sorted(first.unseen)[:3])} by itself, as TorchScript does", place)
    for one, other in zip(first.calls, second.calls, strict=False):
        if (one.name, one.path) != (other.name, other.path):
            break
    else:
        if len(first.calls) == len(second.calls) and len(first.values) == len(second.values):
            return
        one = (first.calls or second.calls)[-1]
    message = f"what the model does depends on how many samples it is given, first at {one.path or one.name}"
    raise SpecError([Diagnostic("not-a-network", message, place, "give the part that does not by itself")])
