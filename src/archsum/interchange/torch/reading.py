"""A live PyTorch model → graph."""

from typing import Any

from archsum.errors import Diagnostic, Location, SpecError, quote
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.imported import Imported, Options
from archsum.interchange.torch.batch import Layouts
from archsum.interchange.torch.examples import read_example
from archsum.interchange.torch.modules import reader_of
from archsum.interchange.torch.running import run_twice
from archsum.interchange.torch.tracing import Trace
from archsum.interchange.torch.writing import Writer

_CHARACTERS_OF_A_CALL = 10_000


def read_model(model: Any, name: str, options: Options) -> Imported:
    """Read a live model, which is run with inputs of the sizes that `options` have.

    Errors: SpecError where they are not those that the model takes, where what it does depends on values, and with
    whatever is wrong with the layers; what the model raises itself is not caught.
    """
    if options.input is None:
        message = f"{quote(name)} is a PyTorch model, which does not say what its inputs are"
        cure = "give the shape without the batch, as in `--input 3,224,224`"
        raise SpecError([Diagnostic("inputs", message, Location(name, ""), cure)])
    return read_module(model, name, options.input)


def read_module(model: Any, name: str, given: Any) -> Imported:
    """Read a live model, which is run with an example: a tensor, several, or shapes without the batch.

    Errors: as for `read_model`.
    """
    builder = GraphBuilder(name, name)
    place = builder.place("")
    example = read_example(model, given, place)
    first, second = run_twice(model, example, lambda module: reader_of(module) is not None)
    _require_same(first, second, place)
    writer = Writer(builder, model, first, Layouts(first, second))
    writer.add_inputs({str(each.key): each.name for each in example.inputs}, place)
    outputs = writer.write()
    if not outputs:
        message = f"{quote(name)} gives no tensor that depends on its inputs"
        builder.report("not-a-network", message, place, "return a tensor")
    return builder.build(outputs, _CHARACTERS_OF_A_CALL * len(first.calls))


def _require_same(first: Trace, second: Trace, place: Location) -> None:
    """Check that two runs did the same. Errors: SpecError otherwise, and where they read values."""
    if first.read:
        message = f"what the model does depends on its data: values are read in {first.read[0]}"
        raise SpecError([Diagnostic("not-a-network", message, place, "give the part before, or behind, by itself")])
    if first.unseen:
        message = f"operations cannot be followed: {', '.join(sorted(first.unseen)[:3])}, as in TorchScript"
        raise SpecError([Diagnostic("not-a-network", message, place, "give the model as a module written in Python")])
    for one, other in zip(first.calls, second.calls, strict=False):
        if (one.name, one.path) != (other.name, other.path):
            break
    else:
        if len(first.calls) == len(second.calls) and len(first.values) == len(second.values):
            return
        one = (first.calls or second.calls)[-1]
    message = f"what the model does depends on how many samples it is given, first at {one.path or one.name}"
    raise SpecError([Diagnostic("not-a-network", message, place, "give the part that does not by itself")])
