"""Paddings that follow from the kernels behind them."""

from collections.abc import Mapping
from typing import Any

from archsum.interchange.writing.folding.formulas import HOLE, Expression
from archsum.interchange.writing.folding.relations import BASE
from archsum.interchange.writing.folding.slots import Slot

_IMAGE = ("input_height", "input_width")


def kernels_of_paddings(varying: list[Slot]) -> dict[int, Slot]:
    """Return, for the paddings that follow from a kernel which varies too, that kernel."""
    kernels = [slot for slot in varying if slot.field == "kernel_size"]
    found = {}
    for slot in varying:
        if slot.field == "padding":
            kernel = next((one for one in kernels if _is_half(slot, one) or _is_correct(slot, one)), None)
            if kernel:
                found[id(slot)] = kernel
    return found


def by_kernel(padding: Slot, kernel: Any) -> Any:
    """Return a padding as a formula of a kernel, which is one itself, or a number."""
    if any(isinstance(value, list) for value in padding.stated):
        return _sides(padding, kernel)
    return Expression(f"{BASE} // 2").with_values({BASE: kernel})


def _is_half(padding: Slot, kernel: Slot) -> bool:
    """Whether a layer's padding is half of its kernel."""
    return padding.owner is kernel.owner and all(
        one is HOLE or (type(other) is int and type(one) is not bool and _amount(one) == other // 2)
        for one, other in zip(padding.values, kernel.values, strict=True)
    )


def _amount(padding: Any) -> Any:
    """Return a padding as a number, where it is one."""
    return 0 if padding == "valid" else padding


def _is_correct(padding: Slot, kernel: Slot) -> bool:
    """Whether a padding of images is that of Keras's models before strides.

    Behind the data there is half of the kernel; before it as much, and one less where its size is even.
    """
    known = zip(padding.values, kernel.values, padding.sizes, strict=False)
    is_known = bool(padding.sizes) and any(isinstance(value, list) for value in padding.stated)
    return is_known and all(
        one is HOLE or (type(other) is int and _both_sides(one) == _correct(other, sizes))
        for one, other, sizes in known
    )


def _both_sides(padding: Any) -> Any:
    return padding if isinstance(padding, list) else [[padding, padding]] * 2


def _correct(kernel: int, sizes: Mapping[str, int | None]) -> list[list[int]]:
    """Return Keras's padding of an image, whose sizes are even where they are unknown."""
    return [[kernel // 2 - 1 + (sizes.get(axis) or 0) % 2, kernel // 2] for axis in _IMAGE]


def _sides(padding: Slot, kernel: Any) -> list[list[Any]]:
    """Return these paddings as formulas of the kernel, and of the image's sizes where some are odd."""
    known = zip(padding.values, padding.sizes, strict=False)
    odd = {(sizes.get(axis) or 0) % 2 for value, sizes in known if value is not HOLE for axis in _IMAGE}
    more = [f" + {axis} % 2" if odd != {0} else "" for axis in _IMAGE]
    texts = [(f"{BASE} // 2 - 1{each}", f"{BASE} // 2") for each in more]
    return [[Expression(text).with_values({BASE: kernel}) for text in side] for side in texts]
