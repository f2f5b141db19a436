"""The arguments of Keras's classes, of the fields of our kinds; and what all layers of a kind have in common."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import takewhile

from archsum.formula import is_formula
from archsum.interchange.building.expressions import values_of
from archsum.interchange.building.keras.calls import LayerCall
from archsum.interchange.building.source import Brackets, Code, Expression, call, literal
from archsum.layers.window import Sliding

Arguments = dict[str, Expression]

TIED = {
    "Dense": "TiedDense",
    "Embedding": "TiedEmbedding",
    **{f"Conv{rank}D": "TiedConv" for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": "TiedConvTranspose" for rank in (1, 2, 3)},
}
"""The classes of which there is one that is given its kernel, which others have too."""


def layer(made: LayerCall, cls: str, positional: tuple[str, ...] = (), **others: Expression | str | None) -> Brackets:
    """Return a layer object of Keras's: its class, with the arguments that follow from the fields.

    `positional` are those that are given by their place, as many as there are of them, in their order; `others` are
    given in the place of fields, or left out where they are None.
    """
    if made.step.item.shared_weights and made.kind == made.step.kind and cls in TIED:
        return own_layer(made, TIED[cls], positional, **others)
    arguments, common = _with(made, others), _common(made, cls)
    head = f"{made.use('keras', 'layers')}.{cls}"
    if common:
        head = made.function.module.partial(cls, common)
        arguments |= {name: _WITHOUT[name] for name in common if name not in arguments}
        arguments = {name: value for name, value in arguments.items() if str(common.get(name)) != str(value)}
        positional = tuple(takewhile(lambda name: name not in common, positional))
    return _called(head, arguments, positional)


_WITHOUT = {"padding": literal("valid"), "activation": literal(None), "output_padding": literal(None)}
"""What arguments are where a layer does not have what all others of its kind have."""


def own_layer(
    made: LayerCall, cls: str, positional: tuple[str, ...] = (), **others: Expression | str | None
) -> Brackets:
    """Return the same of a layer that Keras lacks, whose class is copied into the file."""
    return _called(made.own(cls), _with(made, others), positional)


def _with(made: LayerCall, others: Mapping[str, Expression | str | None]) -> Arguments:
    """Return the arguments that follow from the fields, others in their place."""
    arguments = _arguments(made)
    for name, value in others.items():
        if value is None:
            arguments.pop(name, None)
        else:
            arguments[name] = Code(value) if isinstance(value, str) else value
    return arguments


def _called(head: str, arguments: Arguments, positional: tuple[str, ...]) -> Brackets:
    by_place = [arguments.pop(name) for name in takewhile(arguments.__contains__, positional)]
    return call(head, *by_place, **arguments)


def _arguments(made: LayerCall) -> Arguments:
    arguments: Arguments = {}
    for field in made.fields:
        if field in ("trainable", *_ELSEWHERE) or (field == "data_format" and made.kind in _CHANNELS_LAST):
            continue
        for name, value in RULES.get(field, _as_it_is)(made, field).items():
            arguments[name] = value
    is_stated = "data_format" in arguments or made.kind in _CHANNELS_LAST
    if _has(made, "data_format") and made.is_channels_first and not is_stated:
        arguments |= _of_data_format(made)
    if frozen := trainable_of(made):
        arguments["trainable"] = frozen
    return arguments


def _has(made: LayerCall, field: str) -> bool:
    return field in type(made.layer).model_fields


def _of_data_format(made: LayerCall) -> Arguments:
    """Return what says where the channels are: an axis, or the data format itself."""
    if _has(made, "axis"):
        return {} if made.has("axis") else {"axis": Code("1")}
    return {"data_format": literal("channels_first")}


def trainable_of(made: LayerCall) -> Expression | None:
    """Return the argument that freezes a layer, or may; None where nothing is said of it."""
    frozen = made.function.frozen(made.step)
    if frozen is not None:
        return Code(frozen)
    return made.get("trainable") if made.has("trainable") else None


def _as_it_is(made: LayerCall, field: str) -> Arguments:
    return {field: made.get(field)}


def _data_format(made: LayerCall, field: str) -> Arguments:
    return {} if _has(made, "axis") else {"data_format": made.get(field)}


def _bias(made: LayerCall, field: str) -> Arguments:
    """Return whether Keras's layer has a bias; an untied one is a layer of its own behind it."""
    stated = made.fields[field]
    words = ("tied", False)
    if (
        is_formula(stated)
        and all(map(words.__contains__, made.each(field)))
        and all(isinstance(value, bool) for value in values_of(stated, made.step.uses))
    ):
        return {"use_bias": made.get(field)}
    if is_formula(stated):
        return {"use_bias": literal(made.known(field) in ("tied", "double"))}
    return {"use_bias": literal(stated in ("tied", True, "double"))}


def _padding(made: LayerCall, field: str) -> Arguments:
    """Return Keras's word; a padding in numbers is a layer of its own before it."""
    is_as_it_is = not isinstance(made.layer, Sliding) or all(isinstance(padding, str) for padding in made.each(field))
    return {field: made.get(field)} if is_as_it_is else {}


_ELSEWHERE = ("initial_state", "layer", "connection_table", "output_padding_", "score_bias", "causal")
_CHANNELS_LAST = ("rescaling", "cropping1d", "up_sampling1d", "spatial_dropout1d")
"""The kinds whose classes have no data format in Keras."""
RULES: Mapping[str, Callable[[LayerCall, str], Arguments]] = {
    "bias": _bias,
    "padding": _padding,
    "data_format": _data_format,
}
"""The fields that are not arguments of the same name."""


def _common(made: LayerCall, cls: str) -> Arguments:
    """Return the arguments that `defaults` and the data format give all layers of a kind, where there are several."""
    module = made.function.module
    if made.step.kind != made.kind or module.counted[made.kind] < 2:
        return {}
    if (made.kind, cls) not in module.common:
        defaults = {
            field: value
            for field, value in module.defaults.get(made.kind, {}).items()
            if not is_formula(value) and field in made.fields and not isinstance(value, list | dict)
        }
        restricted = replace(made, fields={**defaults})
        arguments = _arguments(restricted)
        arguments.pop("trainable", None)
        module.common[made.kind, cls] = {**arguments}
    return dict(module.common[made.kind, cls])
