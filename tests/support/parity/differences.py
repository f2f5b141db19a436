"""Where we do not follow Keras, and why: what Keras lets pass until it computes, and what has no meaning."""

from collections.abc import Callable
from itertools import zip_longest
from typing import NamedTuple

from archsum.layers import FAMILIES
from archsum.layers.fields import per_axis
from tests.support.parity.cases import Case, Computed


class Difference(NamedTuple):
    """What we refuse and Keras does not: why, in which cases, and an example."""

    reason: str
    holds: Callable[[str, Case, Computed], bool]
    kind: str
    example: Case


def _axes(case: Case) -> list[int]:
    stated = case.fields.get("axis", case.fields.get("shared_axes"))
    return stated if isinstance(stated, list) else [] if stated is None else [stated]


def _beyond_the_input(case: Case) -> bool:
    count = len(case.shape)
    return any(not -count - 1 <= axis <= count for axis in _axes(case))


def _axis_without_meaning(kind: str, case: Case, _: Computed) -> bool:
    places = [axis % (len(case.shape) + 1) for axis in _axes(case)]
    return not _beyond_the_input(case) and (0 in places or len(set(places)) < len(places))


def _axis_too_far(kind: str, case: Case, _: Computed) -> bool:
    return kind == "softmax" and _beyond_the_input(case)


def _merge_of_one(kind: str, case: Case, _: Computed) -> bool:
    return kind in FAMILIES["merging"] and not case.others


def _negative_shared_axis(kind: str, case: Case, _: Computed) -> bool:
    return kind == "prelu" and min(_axes(case), default=1) < 1


def _nothing_left(kind: str, case: Case, expected: Computed) -> bool:
    return 0 in expected.output_shape


def _adaptive_rank(kind: str, case: Case, _: Computed) -> bool:
    return kind.startswith("adaptive") and len(case.shape) != int(kind[-2]) + 1


def _rescaling_list(kind: str, case: Case, _: Computed) -> bool:
    lists = [numbers for numbers in case.fields.values() if isinstance(numbers, list)]
    return kind == "rescaling" and any(len(numbers) not in (1, *case.shape[-1:]) for numbers in lists)


def _negative_padding(kind: str, case: Case, _: Computed) -> bool:
    return kind.startswith("zero_padding") and case.fields["padding"] == -1


def _noise_shape_of_nothing(kind: str, case: Case, _: Computed) -> bool:
    return kind == "alpha_dropout" and any(size is not None and size < 1 for size in case.fields["noise_shape"])


def _unknown_between_sizes(kind: str, case: Case, _: Computed) -> bool:
    ends = zip_longest(*(reversed(shape) for shape in case.shapes), fillvalue=1)
    along_one = [set(sizes) for sizes in ends]
    elementwise = kind in FAMILIES["merging"] and kind not in ("concatenate", "dot")
    return elementwise and any(None in sizes and len(sizes - {1, None}) > 1 for sizes in along_one)


def _dot_axis_without_meaning(kind: str, case: Case, _: Computed) -> bool:
    if kind != "dot":
        return False
    axes = zip(per_axis(case.fields["axes"], 2), case.shapes, strict=True)
    return any(axis % (len(shape) + 1) == 0 or not -len(shape) <= axis <= len(shape) for axis, shape in axes)


def _inputs_apart(kind: str, case: Case, _: Computed) -> bool:
    ranks = set(map(len, case.shapes))
    return kind in (*FAMILIES["attention"], *FAMILIES["multi_head_attention"]) and (len(ranks) > 1 or min(ranks) < 2)


def _vectors_of_another_length(kind: str, case: Case, _: Computed) -> bool:
    stated = case.fields
    return kind == "reversible_embedding" and stated["reverse"] and case.shape[-1:] != (stated["output_dim"],)


def _sequence_of_images(kind: str, case: Case, _: Computed) -> bool:
    return (
        kind == "time_distributed"
        and len(case.shape) > 3
        and any(held in FAMILIES["recurrent"] for held in case.fields["layer"])
    )


DIFFERENCES = [
    Difference(
        "an axis named twice, or the batch's, has no meaning: Keras makes weights for it, or fails when it computes",
        _axis_without_meaning,
        "layer_normalization",
        Case({"axis": [1, -1]}, (3,)),
    ),
    Difference(
        "a softmax looks for its axis when it computes",
        _axis_too_far,
        "softmax",
        Case({"axis": 2}, (3,)),
    ),
    Difference(
        "a merge of one input passes it on: most often the others were forgotten",
        _merge_of_one,
        "add",
        Case({}, (3,)),
    ),
    Difference(
        "Keras counts a shared axis below 1 from the end and then one off",
        _negative_shared_axis,
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
        "adaptive pooling of an input of another rank computes another shape than it announces, or fails",
        _adaptive_rank,
        "adaptive_max_pooling2d",
        Case({"output_size": 2}, (5, 3)),
    ),
    Difference(
        "rescaling finds a list that is not as long as there are channels when it computes",
        _rescaling_list,
        "rescaling",
        Case({"scale": [1.0, 2.0]}, (4, 3)),
    ),
    Difference(
        "zero padding takes a negative number and fails when it computes, though not a list of them",
        _negative_padding,
        "zero_padding2d",
        Case({"padding": -1}, (4, 4, 1)),
    ),
    Difference(
        "alpha dropout finds a mask without elements when it computes",
        _noise_shape_of_nothing,
        "alpha_dropout",
        Case({"rate": 0.5, "noise_shape": [0]}, (3,)),
    ),
    Difference(
        "a merge of different sizes passes where an unknown one stands before them",
        _unknown_between_sizes,
        "add",
        Case({}, (None,), ((2,), (3,))),
    ),
    Difference(
        "a dot product over the batch, or over an axis counted from the end beyond the first, fails when it computes",
        _dot_axis_without_meaning,
        "dot",
        Case({"axes": -2}, (3,), ((4,),)),
    ),
    Difference(
        "attention finds inputs without positions, or of different ranks, when it computes",
        _inputs_apart,
        "attention",
        Case({}, (4, 8), ((8,),)),
    ),
    Difference(
        "a reversed embedding finds vectors of another length when it computes",
        _vectors_of_another_length,
        "reversible_embedding",
        Case({"input_dim": 9, "output_dim": 4, "reverse": True}, (5, 3)),
    ),
    Difference(
        "a recurrent layer on each step of what has more axes than a sequence computes another shape than it announces",
        _sequence_of_images,
        "time_distributed",
        Case({"layer": {"simple_rnn": {"units": 1}}}, (4, 4, 4, 4)),
    ),
]
