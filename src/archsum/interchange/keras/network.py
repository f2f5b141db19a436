"""A configuration → the graph of its model."""

from typing import Any

from archsum.errors import Diagnostic, SpecError
from archsum.interchange.builder import GraphBuilder
from archsum.interchange.imported import Imported, Options
from archsum.interchange.keras.inputs import find_inputs
from archsum.interchange.keras.items import BadItemError, Item
from archsum.interchange.keras.reading import read_model
from archsum.interchange.keras.use import Inside, Value
from archsum.interchange.keras.walking import Walk
from archsum.work import Work, steps_allowed


def import_model(root: Item, file: str, options: Options, characters: int, live: Any = None) -> Imported:
    """Return the graph of a configuration, or of a live model with this configuration.

    Errors: SpecError with all that is wrong with it.
    """
    builder = GraphBuilder("", file)
    try:
        model = read_model(root, live)
        builder = GraphBuilder(model.name, file)
        inputs = find_inputs(model, options)
        given = [Value(builder.add_input(name, shape, builder.place(within))) for name, shape, within in inputs.found]
        work = Work(steps_allowed(characters))
        walk = Walk(builder, work, allow_unknown=options.allow_unknown, shapes_hold=inputs.as_stated)
        outputs = walk.model(model, list[Value | None](given), Inside(frozen=not model.trainable))
    except BadItemError as error:
        raise SpecError([Diagnostic(error.code, error.message, builder.place(error.within), error.cure)]) from None
    except RecursionError:
        message = "lists and mappings are nested deeper than any model needs"
        raise SpecError([Diagnostic("too-deep", message, builder.place(""), "is the file whole?")]) from None
    names = [value.name for value in outputs if value and not value.is_weight]
    return builder.build(names, characters, walk.spare(names))
