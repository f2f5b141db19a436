"""What to write instead, where a model raises an exception: other examples are tried before they are said."""

from collections.abc import Callable, Iterator
from typing import Any

from archsum.errors import quote
from archsum.interchange.torch.examples import Example, Input
from archsum.interchange.torch.running import run_twice


def advice(model: Any, example: Example, is_layer: Callable[[Any], bool]) -> Iterator[str]:
    """Say with which other examples a model runs that does not with this one."""
    without_batch = example.changed(_without_batch)
    if without_batch != example and _runs(model, without_batch, is_layer):
        sizes = [",".join(map(str, each.shape)) for each in without_batch.inputs]
        if len(sizes) > 1:
            sizes = [f"{each.name}={size}" for each, size in zip(without_batch.inputs, sizes, strict=True)]
        yield f"shapes have no batch axis: write {' '.join(f'`--input {size}`' for size in sizes)}"
        return
    for each in example.inputs:
        in_whole_numbers = example.of_whole_numbers(frozenset({str(each.key)}))
        if each.dtype.is_floating_point and _runs(model, in_whole_numbers, is_layer):
            shape = ", ".join(map(str, (1, *each.shape)))
            tensor = f"`torch.zeros({shape}, dtype=torch.int64)`"
            yield f"{quote(each.name)} takes whole numbers: give `archsum.from_torch` an example, such as {tensor}"


def _without_batch(given: Input) -> Input:
    is_batched = given.example is None and len(given.shape) > 1 and given.shape[0] == 1
    return given._replace(shape=given.shape[1:]) if is_batched else given


def _runs(model: Any, example: Example, is_layer: Callable[[Any], bool]) -> bool:
    try:
        run_twice(model, example, is_layer)
    except Exception:  # whatever the model does not do with these either
        return False
    return True
