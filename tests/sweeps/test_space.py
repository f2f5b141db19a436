"""All combinations, or samples of them: each by its number, counted before any is made."""

from itertools import islice, product

import pytest

from archsum import SpecError
from archsum.sweeps.choices import Values
from archsum.sweeps.reading import read_choices
from archsum.sweeps.space import Axis, Shapes, Space, Table, Varied

AXES: list[Axis] = [
    Varied("width", Values((0.5, 1))),
    Table(("depth", "act"), ({"depth": 1, "act": "relu"}, {"depth": 2})),
    Shapes("input", ((8, 8, 3), (9, 9, 3), (7, 7, 3))),
]


def test_the_last_changes_fastest() -> None:
    rows: tuple[dict[str, object], ...] = ({"depth": 1, "act": "relu"}, {"depth": 2})
    expected = [
        {"width": width, **row, "input": shape}
        for width, row, shape in product((0.5, 1), rows, ((8, 8, 3), (9, 9, 3), (7, 7, 3)))
    ]
    space = Space(AXES)
    assert [variant.values for variant in space.variants()] == expected
    assert [variant.number for variant in space.variants()] == list(range(1, 13))
    assert space.count == 12
    assert space.names == ("width", "depth", "act", "input")


@pytest.mark.parametrize("samples", [None, 40])
def test_variants_do_not_depend_on_where_one_begins(samples: int | None) -> None:
    space = Space(AXES, samples, seed=5)
    every = list(space.variants())
    assert all(list(space.variants(start)) == every[start:] for start in range(len(every) + 1))


def test_samples_depend_on_the_seed_alone() -> None:
    axes = [Varied("rate", read_choices("1e-4:1:log", is_list=False)), *AXES]
    first, again, other = (list(Space(axes, 20, seed).variants()) for seed in (1, 1, 2))
    assert first == again
    assert all(one.values != another.values for one, another in zip(first, other, strict=True))
    assert first[:5] == list(islice(Space(axes, 5, 1).variants(), 5))


def test_variables_and_inputs() -> None:
    shapes: list[Axis] = [Shapes("input.left", ((4,),)), Shapes("input.right", ((5,),)), Varied("n", Values((1,)))]
    variant = next(Space(shapes).variants())
    assert variant.input == {"left": (4,), "right": (5,)}
    assert variant.variables == {"n": 1}
    assert next(Space(AXES).variants()).input == (8, 8, 3)


@pytest.mark.parametrize(
    ("texts", "samples", "message"),
    [
        (("0:1:1e-12",), None, "that makes 1,000,000,000,001 variants, and 1,000,000,000 are the most"),
        (("1:100000", "1:100000", "1:100"), None, "that makes 1,000,000,000,000 variants, and"),
        (("1:2",), 10**12, "that makes 1,000,000,000,000 variants, and"),
        (("1:2", "0.1:0.9"), None, "`b` may be any number of a range: that makes endlessly many variants"),
    ],
)
def test_too_many(texts: tuple[str, ...], samples: int | None, message: str) -> None:
    axes = [Varied(name, read_choices(text, is_list=False)) for name, text in zip("abc", texts, strict=False)]
    with pytest.raises(SpecError) as raised:
        Space(axes, samples)
    assert raised.value.diagnostics[0].message.startswith(message)
    assert "--samples" in raised.value.diagnostics[0].cure


def test_samples_of_very_many() -> None:
    axes = [Varied(name, read_choices("1:1000000000", is_list=False)) for name in "abc"]
    assert len(list(Space(axes, 10).variants())) == 10
