"""Calls that belong to the layer before them: an untied bias, the last step of a sequence, states to begin with."""

from typing import Any

from torch import nn

from archsum.interchange.torch.batch import Layouts
from archsum.interchange.torch.tracing import Call, Trace
from archsum.interchange.torch.uses import Uses
from archsum.interchange.torch.values import Value, leaves
from archsum.interchange.torch.written import is_written

RECURRENT = (nn.RNN, nn.LSTM, nn.GRU)
_BIASED = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d, nn.Linear)
_PIECES = ("ConnectedConv2d", "Scale")
_ALL = slice(None)


def united(found: Trace, layouts: Layouts) -> list[Call]:
    """Return the calls of a run, where those that are one layer are one call, in the place of the first of them.

    What is in between is taken by nothing else. What the others say of the layer is the `own` of the call.
    """
    uses = Uses(found)
    begins = _begins(found.calls, uses)
    giving = {id(giver) for giver in begins.values()}
    instead: dict[int, Call] = {}
    left_out: set[int] = set()
    for call in found.calls:
        made: _Made | None = None
        if isinstance(call.module, RECURRENT) and _is_free(call, uses, layouts, giving):
            made = _last_step(call, uses)
        elif _lacks_bias(call.module):
            made = _with_bias(call, uses, layouts)
        if made:
            instead[id(call)], others = made
            left_out |= set(map(id, others))
    for call in found.calls:
        if id(call) in giving:
            instead[id(call)] = _without_states(instead.get(id(call), call), uses)
    for call in found.calls:
        if giver := begins.get(id(call)):
            one = instead.get(id(call), call)
            states = (instead[id(giver)].output[0],) * len(_states(giver))
            instead[id(call)] = one._replace(args=one.args[:1], kwargs={}, own={**one.own, "begins_with": states})
    return [instead.get(id(call), call) for call in found.calls if id(call) not in left_out]


def _taker(value: Value, uses: Uses, *names: str) -> Call | None:
    """Return the one call that takes a tensor, where it is a function of these names."""
    taker = uses.only(value)
    return taker if taker and taker.module is None and taker.name in names else None


def _belongs_to(parameter: Value, module: Any, uses: Uses) -> bool:
    """Whether all that takes a parameter takes what the module gives, too."""
    for taker in uses.takers(parameter):
        givers = map(uses.giver, taker.taken) if taker else ()
        if not any(giver and giver.module is module for giver in givers):
            return False
    return True


_Made = tuple[Call, list[Call]]
"""A call, and those that it is beside the first."""


def _lacks_bias(module: Any) -> bool:
    """Whether a module is a layer that can have a bias, and has none."""
    is_layer = isinstance(module, _BIASED) or (type(module).__name__ in _PIECES and is_written(module))
    return is_layer and getattr(module, "bias", None) is None


def _with_bias(call: Call, uses: Uses, layouts: Layouts) -> _Made | None:
    """Return a layer without a bias together with the sum with a parameter that has no axis for the batch.

    One for each channel alone is a bias of a layer that has a factor for each alone, too.
    """
    output = call.output
    added = _taker(output, uses, "add", "iadd", "radd")
    if added is None or added.kwargs or len(added.args) != 2 or layouts[output].dropped != 0:
        return None
    bias = added.args[0] if added.args[1] is output else added.args[1]
    if not isinstance(bias, Value) or not bias.is_parameter or not _belongs_to(bias, call.module, uses):
        return None
    sizes, channels = layouts[output].shape, -1 if isinstance(call.module, nn.Linear) else 0
    if len(bias.shape) != len(sizes) or bias.shape[channels] != sizes[channels]:
        return None
    pairs = [*zip(bias.shape, sizes, strict=True)]
    del pairs[channels]
    is_tied = bool(pairs) and all(one == 1 < size for one, size in pairs)
    if (is_tied and type(call.module).__name__ != "Scale") or any(one not in (1, size) for one, size in pairs):
        return None
    return call._replace(output=added.output, own={"bias": bias}), [added]


def _last_step(call: Call, uses: Uses) -> _Made | None:
    """Return a recurrent layer together with what takes the last step of each direction, and nothing else."""
    outputs, states = call.output
    if not call.module.bidirectional:
        taken = _taker(outputs, uses, "getitem")
        return _last(call, taken.output, states, [taken]) if taken and _step_of(taken) == -1 else None
    parts = _taker(outputs, uses, "chunk")
    if parts is None or len(parts.given) != 2 or parts.args[1:] not in ((2, -1), (2, 2)):
        return None
    ends = [_taker(part, uses, "getitem") for part in parts.given]
    first, second = ends
    if first is None or second is None or (_step_of(first), _step_of(second)) != (-1, 0):
        return None
    pair = [first.output, second.output]
    merged = _taker(pair[0], uses, "cat", "add", "mul")
    if merged is None or _taker(pair[1], uses, merged.name) is not merged or [*merged.taken] != pair:
        return None
    said = (*merged.args[1:], *merged.kwargs.values())
    if (said not in ((-1,), (1,))) if merged.name == "cat" else merged.kwargs:
        return None
    mode = {"cat": "concat", "add": "sum", "mul": "mul"}[merged.name]
    others = [parts, first, second, merged]
    halved = _taker(merged.output, uses, "div", "truediv") if mode == "sum" else None
    if halved and (halved.args[1:], halved.kwargs) == ((2,), {}):
        return _last(call, halved.output, states, [*others, halved], merge_mode="ave")
    return _last(call, merged.output, states, others, merge_mode=mode)


def _last(call: Call, output: Value, states: Any, others: list[Call], **own: Any) -> _Made:
    return call._replace(output=(output, states), own={"return_sequences": False, **own}), others


def _step_of(taken: Call) -> int | None:
    """Return which step of each sequence is taken; None where it is something else."""
    index = taken.args[1]
    if not isinstance(index, tuple) or len(index) < 2 or any(it != _ALL for it in (index[0], *index[2:])):
        return None
    return index[1] if type(index[1]) is int else None


def _is_free(call: Call, uses: Uses, layouts: Layouts, giving: set[int]) -> bool:
    """Whether nothing but a layer that begins with them takes the states, and the data are sequences of samples."""
    is_plain = call.module.batch_first and layouts[call.output[0]].dropped == 0
    return is_plain and (id(call) in giving or not any(map(uses.takers, _states(call))))


def _begins(calls: list[Call], uses: Uses) -> dict[int, Call]:
    """Return, for recurrent layers that begin with all last states of another and nothing else takes these, the other.

    They are by their identities.
    """
    recurrent = [call for call in calls if isinstance(call.module, RECURRENT)]
    givers = {_states(call): call for call in recurrent}
    taken = {id(call): _states_taken(call) for call in recurrent}
    begins: dict[int, Call] = {}
    for call in recurrent:
        giver = givers.get(taken[id(call)])
        if giver and _are_alike(giver.module, call.module):
            takers = [id(it) for state in _states(giver) for it in uses.takers(state)]
            if all(taken.get(taker) == _states(giver) for taker in takers):
                begins[id(call)] = giver
    return begins


def _without_states(call: Call, uses: Uses) -> Call:
    """Return a recurrent layer whose states are no tensors any more; those alone may be what it is there for."""
    alone = {} if call.own or uses.takers(call.output[0]) else {"return_sequences": False, "gives_states": True}
    return call._replace(output=(call.output[0], ()), own={**call.own, **alone})


def _states(call: Call) -> tuple[Value, ...]:
    return tuple(leaves(call.output[1]))


def _states_taken(call: Call) -> tuple[Value, ...]:
    given = call.args[1] if len(call.args) > 1 else call.kwargs.get("hx")
    return () if given is None else tuple(leaves(given))


def _are_alike(giver: Any, taker: Any) -> bool:
    """Whether both are single layers of one kind, of which each state is one."""
    sizes = [(it.mode, it.num_layers, it.bidirectional, it.batch_first) for it in (giver, taker)]
    return sizes[0] == sizes[1] == (giver.mode, 1, False, True)
