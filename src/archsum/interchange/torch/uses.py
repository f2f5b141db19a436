"""Where each tensor comes from, and what takes it."""

from archsum.interchange.torch.tracing import Call, Trace
from archsum.interchange.torch.values import Value, values_in


class Uses:
    """The calls that give and take the tensors that a model's outputs depend on."""

    def __init__(self, found: Trace) -> None:
        self.live = _live(found)
        """What the outputs depend on."""
        self._outputs = set(found.outputs)
        self._givers: dict[Value, Call] = {}
        self._takers: dict[Value, list[Call]] = {}
        for call in found.calls:
            self._givers.update(dict.fromkeys(call.given, call))
            if not self.live.isdisjoint(call.given):
                for value in dict.fromkeys(call.taken):
                    self._takers.setdefault(value, []).append(call)

    def giver(self, value: Value) -> Call | None:
        """Return the call that gives a tensor; None of an input, a parameter or a constant."""
        return self._givers.get(value)

    def takers(self, value: Value) -> list[Call | None]:
        """Return the calls that take a tensor, and None where the model gives it."""
        return [*self._takers.get(value, ()), *[None] * (value in self._outputs)]

    def only(self, value: Value) -> Call | None:
        """Return the one call that takes a tensor; None where there are several, or the model gives it."""
        takers = self.takers(value)
        return takers[0] if len(takers) == 1 else None


def _live(found: Trace) -> set[Value]:
    """Return what the outputs depend on."""
    live = set(found.outputs)
    for call in reversed(found.calls):
        if not live.isdisjoint(call.given):
            masks = _masks(call)
            live.update(value for value in call.taken if value not in masks)
    return live


def _masks(call: Call) -> list[Value]:
    """Return what says which positions attention leaves out, which counts nothing unless it is learned."""
    if call.name not in ("scaled_dot_product_attention", "MultiheadAttention"):
        return []
    masks = [*values_in(call.args[3:]), *(call.kwargs.get(name) for name in ("attn_mask", "key_padding_mask"))]
    return [value for value in masks if isinstance(value, Value) and not value.learned]
