"""Max poolings whose places are taken, and what puts elements back there."""

from collections.abc import Callable
from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.kernels import rank_of, spatial
from archsum.interchange.torch.steps import Made, Reader, Steps, View, short
from archsum.interchange.torch.tracing import Call
from archsum.interchange.torch.values import Value

_POOLINGS = tuple(name for rank in (1, 2, 3) for name in (f"MaxPool{rank}d", f"max_pool{rank}d_with_indices"))
_UNPOOLINGS = tuple(name for rank in (1, 2, 3) for name in (f"MaxUnpool{rank}d", f"max_unpool{rank}d"))


def with_places(read: Callable[[View], Steps]) -> Reader:
    """Return what reads a max pooling, whose places of the maxima nothing but unpoolings takes."""

    def read_both(view: View) -> Made:
        steps = read(view)
        if view.used == [view.output]:
            return steps
        _, places = view.call.given
        takers = view.uses.takers(places)
        if not _is_of_images(view, view.call) or not takers or not all(_unpools(call, places) for call in takers):
            raise NotUnderstoodError("gives the places of its maxima")
        # An unpooling has the pooling itself as its input, so that both are the same layer.
        pooling = [step._replace(inputs=(view.input,)) for step in steps]
        return {view.output: pooling, places: pooling}

    return read_both


def unpooling(view: View) -> Steps:
    """Read an unpooling, a module."""
    return _unpooled(view, view.module.kernel_size, view.module.stride, view.module.padding)


def unpooling_function(view: View) -> Steps:
    """Read an unpooling, a function."""
    size, stride = view.argument(2, "kernel_size"), view.argument(3, "stride")
    return _unpooled(view, size, size if stride is None else stride, view.argument(4, "padding", 0))


def _unpooled(view: View, size: Any, stride: Any, padding: Any) -> Steps:
    data, places = view.argument(0, "input"), view.argument(1, "indices")
    pooling = view.uses.giver(places)
    if pooling is None or pooling.name not in _POOLINGS or not _is_of_images(view, pooling):
        raise NotUnderstoodError("puts elements where no max pooling has found them", macs=0)
    rank = rank_of(view)
    before, after = view.shape(data)[1:], view.shape(view.output)[1:]
    sizes, strides, paddings = (each if isinstance(each, tuple) else (each,) * rank for each in (size, stride, padding))
    computed = [
        (many - 1) * step - 2 * around + window
        for many, step, around, window in zip(before, strides, paddings, sizes, strict=True)
    ]
    fields = {"pool_size": short(sizes), "strides": short(strides), "padding": short(paddings)}
    if fields["strides"] == fields["pool_size"]:
        del fields["strides"]
    if computed != [*after]:
        fields["output_size"] = [*after]
    return [step._replace(inputs=(data, places)) for step in spatial(view, f"max_unpooling{rank}d", fields)]


def _is_of_images(view: View, call: Call) -> bool:
    """Whether what a call takes has the batch as its first axis, and nothing else there."""
    return view.layout(call.taken[0]).dropped == 0


def _unpools(call: Call | None, places: Value) -> bool:
    return call is not None and call.name in _UNPOOLINGS and places is call.argument(1, "indices")
