"""Calls that together are one of PyTorch's functions, as models write it out that are older than the function."""

from archsum.interchange.torch.shaping import SHAPING, alias, order_of, reshaped, turned
from archsum.interchange.torch.tracing import Call, Trace
from archsum.interchange.torch.uses import Uses
from archsum.interchange.torch.values import Value


def with_shuffles(found: Trace) -> list[Call]:
    """Return the calls of a run, where a channel shuffle that is written out is one call.

    It is the channels taken apart into groups, these and the channels of each turned, and all put together again; what
    is in between is taken by nothing else.
    """
    uses = Uses(found)
    shuffles = {id(last): shuffle for call in found.calls for last, shuffle in _shuffle(call, uses)}
    return [shuffles.get(id(call), call) for call in found.calls]


def _shuffle(first: Call, uses: Uses) -> list[tuple[Call, Call]]:
    """Return the last of the calls that begin with one, and the call that is all of them, if they are a shuffle."""
    if SHAPING.get(first.name) is not reshaped:
        return []
    data, apart = first.taken[0], first.given[0]
    if len(data.shape) < 2 or (*apart.shape[:1], *apart.shape[3:]) != (*data.shape[:1], *data.shape[2:]):
        return []
    turn = _next(apart, uses)
    if turn is None or SHAPING.get(turn.name) is not turned:
        return []
    if order_of(turn) != [0, 2, 1, *range(3, len(apart.shape))]:
        return []
    last = _next(turn.given[0], uses)
    if last is None or SHAPING.get(last.name) is not reshaped or last.given[0].shape != data.shape:
        return []
    return [(last, Call("channel_shuffle", last.path, None, (data, apart.shape[1]), {}, last.output))]


def _next(value: Value, uses: Uses) -> Call | None:
    """Return the one call of a function that takes a tensor, behind those that leave it as it is."""
    taker = uses.only(value)
    if taker is None or taker.module:
        return None
    return _next(taker.given[0], uses) if SHAPING.get(taker.name) is alias else taker
