"""What Keras builds and runs and we refuse, and why: what has no meaning for a network of samples."""

from collections.abc import Callable
from typing import NamedTuple

from archsum.layers import FAMILIES
from tests.support.parity.cases import Case, Computed


class Difference(NamedTuple):
    """What we refuse and Keras does not: why, in which cases, and an example."""

    reason: str
    holds: Callable[[str, Case, Computed], bool]
    kind: str
    example: Case


def _merge_of_one(kind: str, case: Case, _: Computed) -> bool:
    return kind in FAMILIES["merging"] and not case.others


def _axis_named_twice(kind: str, case: Case, _: Computed) -> bool:
    axes = case.fields.get("axis")
    places = [axis % (len(case.shape) + 1) for axis in axes] if isinstance(axes, list) else []
    return kind == "normalization" and len(set(places)) < len(places)


def _mask_of_nothing(kind: str, case: Case, _: Computed) -> bool:
    return kind == "alpha_dropout" and any(size is not None and size < 1 for size in case.fields["noise_shape"])


def _shared_axis_below_1(kind: str, case: Case, _: Computed) -> bool:
    stated = case.fields.get("shared_axes", 1)
    return kind == "prelu" and min(stated if isinstance(stated, list) else [stated]) < 1


def _nothing_left(kind: str, case: Case, expected: Computed) -> bool:
    return 0 in expected.output_shape


def _attention_between_samples(kind: str, case: Case, _: Computed) -> bool:
    return kind in FAMILIES["attention"] and min(map(len, case.shapes)) < 2


DIFFERENCES = [
    Difference(
        "a merge of one input passes it on: most often the others were forgotten",
        _merge_of_one,
        "add",
        Case({}, (3,)),
    ),
    Difference(
        "an axis named twice is a slip; where statistics are stated, Keras does not look",
        _axis_named_twice,
        "normalization",
        Case({"axis": [1, -1], "mean": 0.0, "variance": 1.0}, (3,)),
    ),
    Difference(
        "a mask without elements is none; alpha dropout does not look at it at rate 0",
        _mask_of_nothing,
        "alpha_dropout",
        Case({"rate": 0, "noise_shape": [0]}, (3,)),
    ),
    Difference(
        "Keras counts a shared axis below 1 from the end and then one off",
        _shared_axis_below_1,
        "prelu",
        Case({"shared_axes": [-1]}, (2, 5)),
    ),
    Difference(
        "an output without elements trains nothing",
        _nothing_left,
        "conv1d_transpose",
        Case({"filters": 1, "kernel_size": 2, "strides": 2, "padding": "same", "output_padding": 0}, (1, 3)),
    ),
    Difference(
        "attention to vectors is from one sample of a batch to the others",
        _attention_between_samples,
        "attention",
        Case({}, (4, 8), ((8,),)),
    ),
]
