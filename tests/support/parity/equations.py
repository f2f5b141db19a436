"""How to draw dense layers by an equation, and PyTorch's of the same."""

from typing import Any

from hypothesis import strategies as st

from tests.support.parity.cases import FLAGS, Case, Fields, Strategy, rarely

SIZES = st.integers(1, 6)


@st.composite
def equations(draw: st.DrawFn, optional: dict[str, Strategy]) -> Case:
    """Draw axes of data, kernel and output, in any order, and sizes for them; rarely what does not fit."""
    shared, own, others, summed, elided = draw(
        rarely(
            st.tuples(*map(st.integers, (0, 1, 0, 0, 0), (1, 2, 2, 1, 2))),
            st.just((1, 1, 1, 1, 1)),
        )
    )
    letters = iter("ABCDabcdefghijkl")
    groups = [[next(letters) for _ in range(count)] for count in (shared, own, others, summed, draw(st.integers(0, 2)))]
    kept, made, passed, lost, inner = groups
    data = draw(st.permutations([*kept, *passed, *lost, *inner]))
    kernel = draw(st.permutations([*kept, *made, *inner]))
    output = draw(st.permutations([*kept, *passed, *made]))
    sizes = {letter: draw(SIZES) for group in groups for letter in group}
    unknown: list[str] = draw(rarely(st.just([]), st.just([*passed, *lost, *inner])))
    shape = [None if letter in unknown else sizes[letter] for letter in data]
    stated = [None if letter in unknown else sizes[letter] for letter in output]
    more = draw(st.lists(SIZES, min_size=elided, max_size=elided))
    form = draw(st.sampled_from(["front", "end", "none"])) if data else "none"
    texts = ["".join(letters) for letters in (data, kernel, output)]
    fields: Fields = draw(st.fixed_dictionaries({}, optional=optional))
    if form == "front":
        more = more[:1] * elided  # of several that differ Keras announces the order turned round, and computes ours
        equation, given = "...{},{}->...{}".format(*texts), (*more, *shape)
    elif form == "end":
        equation, given = "Z{}...,{}->Z{}...".format(*texts), (*shape, *more)
    else:
        equation, given = "Z{},{}->Z{}".format(*texts), tuple(shape)
    fields |= {"equation": equation, "output_shape": stated[0] if len(stated) == 1 and draw(FLAGS) else stated}
    if draw(FLAGS) and output:
        some = st.lists(st.sampled_from(output), min_size=1).map("".join)
        fields["bias_axes"] = draw(rarely(some, st.sampled_from(["", "Z", "z"])))
    odd = draw(rarely(st.just({}), st.sampled_from(ODD)))
    return Case({**fields, **odd}, given)


@st.composite
def products(draw: st.DrawFn, most: int) -> Case:
    """Draw the axes of one input or several, behind the batch, and sizes for them; rarely some that differ."""
    sizes = {letter: draw(SIZES) for letter in "ijkl"}
    inputs = draw(st.lists(st.lists(st.sampled_from(list(sizes)), max_size=3, unique=True), min_size=1, max_size=most))
    there = sorted({letter for letters in inputs for letter in letters})
    output = draw(st.permutations(there)) if there else []
    output = output[: draw(st.integers(0, len(output)))]
    terms = ",".join("".join(["b", *letters]) for letters in inputs)
    first, *others = (tuple(draw(rarely(st.just(sizes[letter]), SIZES)) for letter in letters) for letters in inputs)
    return Case({"equation": f"{terms}->b{''.join(output)}"}, first, tuple(others))


ODD: list[Fields] = [
    *({"equation": equation} for equation in ("", "ab", "ab,bc", "ab,bc->", "ab, bc -> ac", "...,bc->...c")),
    *(
        {"equation": equation}
        for equation in ("Za...,ab->...Zb", "Zb,bc->bc", "Zb,bc->cZ", "Zb,Zc->Zb", "a...,b->ab...")
    ),
    *({"output_shape": sizes} for sizes in ([], [7, 7, 7], 0, [-1])),
]


def is_whole(case: Case) -> bool:
    """Whether PyTorch's einsum has all that the case states: it knows no unknown sizes, and adds no bias."""
    stated = {"bias_axes": None, **case.fields}["bias_axes"] is None
    return stated and None not in case.shape


def torch_module(torch: Any, case: Case) -> Any:
    """Return a module that multiplies by a kernel and adds a bias: einsum leaves their shapes to whoever calls it."""
    data, kernel, output = case.fields["equation"].replace("->", ",").split(",")
    stated = case.fields["output_shape"]
    sizes = dict(zip(data.strip("."), ((7,) * data.startswith("Z")) + case.shape, strict=False))
    if data.startswith("..."):
        sizes = dict(zip(reversed(data.strip(".")), reversed(case.shape), strict=False))
    named = output.strip(".").removeprefix("Z")
    sizes |= dict(zip(named, [stated] if isinstance(stated, int) else stated, strict=True))

    class Module(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.kernel = torch.nn.Parameter(torch.zeros([sizes[letter] for letter in kernel]))

        def forward(self, x: Any) -> Any:
            return torch.einsum(case.fields["equation"], x, self.kernel)

    return Module()
