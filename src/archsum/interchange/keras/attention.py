"""Attention: a query, a value and a key, which are often the same, and the scores as a second output."""

from collections.abc import Sequence

from archsum.interchange.keras.classes import CLASSES as ALL
from archsum.interchange.keras.plain import read_layer
from archsum.interchange.keras.use import Use, Value

_ON_A_LIST = ("Attention", "AdditiveAttention")
CLASSES = (*_ON_A_LIST, "MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention")


def add_attention(use: Use) -> Sequence[Value | None]:
    """Add an attention. Errors: BadItemError."""
    plain = ALL[use.entry.type]
    fields, _ = read_layer(use, plain, use.entry.config)
    made: list[Value | None] = [use.add(plain.kind, {**fields, **causal(use)}, _inputs(use))]
    if 1 in use.used:
        shape = use.stated_shape(1)
        if shape is None:
            raise use.refuse("unsupported", "gives its scores too, whose shape is not known", "take the output alone")
        # They are computed already, for the output.
        stated = {"output_shape": list(shape), "macs": 0, "flops": 0}
        made.append(use.add("custom", stated, _inputs(use), part="scores", output=1, whole=False))
    return made


def causal(use: Use) -> dict[str, bool]:
    """Return the field that says that later positions are hidden, as the call does."""
    return {"causal": True} if use.kwargs.get("use_causal_mask") is True else {}


def _inputs(use: Use) -> list[Value]:
    """Return query, value and key, without those at the end that are the same as the one before."""
    if use.entry.type in _ON_A_LIST:
        found = list(use.inputs)
    else:
        given = (use.argument(0, "query"), use.argument(1, "value"), use.argument(2, "key"))
        found = [value for value in given if isinstance(value, Value)]
    while len(found) > 1 and found[-1] == found[-2]:
        found.pop()
    return found
