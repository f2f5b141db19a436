"""The run over variants: rows in order whatever computes them, chunks that are lost, and what is refused."""

import io
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

import archsum
from archsum import SpecError
from archsum.sweeps.asking import ask
from archsum.sweeps.axes import AxesReader
from archsum.sweeps.engines import Engine, engine, here
from archsum.sweeps.rows import Question, Row
from archsum.sweeps.space import Space, Variant
from archsum.sweeps.sweeping import compute, rows, sweep

NETWORK = """\
input: [8, 8, 3]
variables: {filters: 4, kernel_size: 3, units: 10}
layers:
  - conv2d: {filters: =filters, kernel_size: =kernel_size}
  - flatten
  - dense: =units
budget: {max_params: 3000, blocks: {}}
"""
GRID = {"filters": range(1, 13), "kernel_size": (1, 3, 9), "units": (5, 10)}
"""Of which a kernel of 9 does not fit."""


@pytest.fixture
def template() -> Any:
    return archsum.template(io.StringIO(NETWORK))


@pytest.fixture
def question(template: Any) -> Question:
    return ask(template, tuple(GRID), ("params", "macs"))


def space() -> Space:
    return Space(AxesReader(archsum.template(io.StringIO(NETWORK))).add_grid(GRID).read())


@pytest.fixture
def expected(question: Question) -> list[Row]:
    return [row for variant in space().variants() if (row := question.row(variant))]


def test_each_row_is_what_the_file_gives(template: Any) -> None:
    found = list(archsum.sweep(template, GRID, metrics=("params", "macs", "training_memory")))
    assert len(found) == 72
    for row in found:
        expected: tuple[str, dict[str, int | None], str | None]
        try:
            costs = archsum.costs(template.network(row.values))
            memory, summary = costs.training_peak, costs.summary
            expected = ("ok", {"params": summary.params, "macs": summary.macs, "training_memory": memory}, None)
        except SpecError as error:
            expected = ("refused", dict.fromkeys(row.metrics), error.diagnostics[0].message)
        assert (row.verdict, row.metrics, row.message) == expected
    assert {row.code for row in found} == {None, "shape"}


def test_rows_are_the_same_from_threads_and_from_processes(question: Question, expected: list[Row]) -> None:
    with ThreadPoolExecutor(2) as threads, engine(2) as own:
        for executor in (threads, own.executor):
            assert list(archsum.sweep(question.template, GRID, executor=executor)) == expected
        assert list(rows(question, space().variants(), own)) == expected


class Killing(Executor):
    """Computes at once, and dies of what it is told; how often it was made anew is counted."""

    def __init__(self, dies_of: Callable[[list[Variant]], bool], error: type[Exception] = BrokenProcessPool) -> None:
        self.dies_of, self.error = dies_of, error
        self.made = 0
        self.is_dead = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        self.is_dead = self.is_dead or self.dies_of(args[1])
        if self.is_dead:
            future.set_exception(self.error())
        else:
            future.set_result(fn(*args))
        return future

    def renew(self) -> Engine:
        self.made += 1
        self.is_dead = False
        return Engine(self, 3, self.renew)


def test_a_chunk_that_is_lost_is_computed_again(question: Question, expected: list[Row]) -> None:
    times = iter([False, True, False, False, True])  # then no more
    executor = Killing(lambda chunk: next(times, False))
    assert list(rows(question, space().variants(), executor.renew())) == expected
    assert executor.made == 3


def test_what_kills_every_worker_is_refused_and_nothing_else(question: Question, expected: list[Row]) -> None:
    executor = Killing(lambda chunk: any(variant.number == 20 for variant in chunk))
    found = list(rows(question, space().variants(), executor.renew()))
    lost = [row for row in found if row.code == "lost-worker"]
    assert [row.number for row in found] == [row.number for row in expected]
    assert 20 in {row.number for row in lost}
    assert len(lost) <= 16
    assert [row for row in found if row.code != "lost-worker"] == [
        row for row in expected if row.number not in {other.number for other in lost}
    ]


@pytest.mark.parametrize("error", [BrokenProcessPool, CancelledError])
def test_an_executor_that_is_gone(question: Question, error: type[Exception]) -> None:
    executor = Killing(lambda chunk: chunk[0].number > 16, error)
    chunks = sweep(question, space().variants(), Engine(executor, 2))
    assert [row.number for row in next(chunks).rows] == list(range(1, 17))
    with pytest.raises(SpecError) as raised:
        next(chunks)
    assert raised.value.diagnostics[0].code == "lost-worker"


def test_what_a_worker_of_a_cluster_raises_is_said(question: Question) -> None:
    executor = Killing(lambda chunk: True, ModuleNotFoundError)
    with pytest.raises(SpecError) as raised:
        list(sweep(question, space().variants(), Engine(executor, 2, address="tcp://there:1")))
    assert raised.value.diagnostics[0].message == (
        "a worker of the cluster at `tcp://there:1` raised ModuleNotFoundError: "
    )


def test_few_variants_are_ahead_of_what_is_computed(question: Question) -> None:
    """However many there are: they are made as they are asked for."""
    made = []

    def endless() -> Iterator[Variant]:
        number = 0
        while True:
            number += 1
            made.append(number)
            yield Variant(number, {"filters": 1 + number % 8})

    chunks = sweep(question, endless(), Engine(here().executor, 4))
    assert len(next(chunks).rows) == 16
    assert len(made) == 4 * 16


def test_a_worker_opens_what_is_asked_once(template: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    loads = pickle.loads

    def noted(data: bytes) -> Any:
        opened.append(data)
        return loads(data)

    monkeypatch.setattr(pickle, "loads", noted)
    pickled = pickle.dumps(ask(template, tuple(GRID), ("flops",)))
    for variant in space().variants():
        compute(pickled, [variant])
    assert len(opened) == 1


def test_what_is_computed_here_is_not_read_again(template: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = list(archsum.sweep(template, GRID))
    monkeypatch.setattr("archsum.language.loading.read", None)
    monkeypatch.setattr(pickle, "dumps", None)
    assert list(archsum.sweep(template, GRID)) == expected


def test_conditions_and_budgets_leave_rows_out(template: Any, expected: list[Row]) -> None:
    def numbers(**asked: Any) -> list[int]:
        found = archsum.sweep(template, GRID, **asked)
        return [row.number for row in found if row.verdict == "ok"]

    of = {row.number: row for row in expected if row.verdict == "ok"}
    params = {number: row.metrics["params"] or 0 for number, row in of.items()}
    macs = {number: row.metrics["macs"] or 0 for number, row in of.items()}
    assert numbers(where="params <= 2k and macs > 5k") == [n for n in of if params[n] <= 2000 and macs[n] > 5000]
    assert numbers(where="filters * units < 30") == [
        n for n in of if of[n].values["filters"] * of[n].values["units"] < 30
    ]
    assert numbers(within_budget=True) == [n for n in of if params[n] <= 3000]
    assert numbers(device="24GB") == list(of)
    assert numbers(device="1MB", training={"batch": 1_000_000}) == []


def test_limits_on_what_is_counted_write_no_network_out(template: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = list(archsum.sweep(template, {"filters": range(1, 13)}, where="params <= 3000"))
    monkeypatch.setattr(type(template), "network", None)
    found = list(archsum.sweep(template, {"filters": range(1, 13)}, within_budget=True))
    assert 0 < len(found) < 12
    assert found == expected
    assert not list(archsum.sweep(template, {"filters": (12,)}, within_budget=True, device="24GB"))


def test_the_budget_of_a_variant_is_its_own_and_that_of_its_blocks() -> None:
    text = """\
input: [8]
variables: {units: 4, device: large}
blocks: {head: {layers: [dense: =units]}}
layers: [head, dense: {name: last, units: 1}]
budget: {max_params: =20 * units - 40, device: =device, blocks: {head: {max_params: 60}}}
devices: {large: {memory: 1 GB, held_back: 0}, tiny: {memory: 100 B, held_back: 0}}
training: {batch: =units}
"""

    def kept(units: int) -> bool:
        return 10 * units + 1 <= 20 * units - 40 and 9 * units <= 60

    found = archsum.sweep(io.StringIO(text), {"units": range(1, 12)}, within_budget=True)
    rows_by_units = {row.values["units"]: row.verdict for row in found}
    # A limit below 0 is none.
    assert rows_by_units == {1: "refused", **{units: "ok" for units in range(2, 12) if kept(units)}}
    assert not list(archsum.sweep(io.StringIO(text), {"device": ("tiny",), "units": (6,)}, within_budget=True))
    [row] = archsum.sweep(io.StringIO(text), {"device": ("tyny",), "units": (6,)}, within_budget=True)
    assert (row.verdict, row.code) == ("refused", "bad-value")


def test_what_is_unknown_is_called_so() -> None:
    text = "input: [null, null, 3]\nvariables: {n: 1}\nlayers: [conv2d: {filters: =n, kernel_size: 1}]\n"
    variants: list[dict[str, Any]] = [{"n": 1}, {"n": 2}, {"n": 3, "input": (4, 4, 3)}]
    found = archsum.sweep(io.StringIO(text), variants, where="params < 100 and macs < 1000")
    assert [(row.verdict, row.metrics) for row in found] == [
        ("unknown", {"params": 4, "macs": None}),
        ("unknown", {"params": 8, "macs": None}),
        ("ok", {"params": 12, "macs": 4 * 4 * 9}),
    ]
    assert not list(archsum.sweep(io.StringIO(text), variants[:1], where="params > 100 and macs < 1000"))


def test_a_condition_that_cannot_be_computed_refuses_a_variant(template: Any) -> None:
    found = list(archsum.sweep(template, {"filters": (1, 2)}, where="params / (filters - 1) < 1M"))
    assert [(row.verdict, row.code) for row in found] == [("refused", "formula"), ("ok", None)]


def test_everything_wrong_is_said_at_once_and_before_the_first_row(template: Any) -> None:
    with pytest.raises(SpecError) as raised:
        archsum.sweep(template, [{"filters": 1}], metrics=("parms",), where="macs", device="t5", training={"batch": 0})
    codes = [problem.code for problem in raised.value.diagnostics]
    assert codes == ["unknown-name", "formula", "bad-value", "bad-value"]
    with pytest.raises(SpecError, match="the file has no variable `fliters`"):
        archsum.sweep(template, {"fliters": (1,)})
    with pytest.raises(SpecError, match="cannot be varied: a column of every sweep has that name"):
        archsum.sweep(io.StringIO("input: [4]\nvariables: {params: 1}\nlayers: [dense: =params]"), {"params": (1,)})


@pytest.mark.parametrize(
    ("budget", "problem"),
    [
        ("{max_params: +2%, max_macs: 5M}", r"`max_params` is `\+2%`, and variants have nothing that they grew from"),
        ("{blocks: {head: {max_macs: +0}}}", r"`max_macs` is `\+0`, and variants have nothing that they grew from"),
        ("{device: t5}", "`device` cannot be `t5`, which is no device"),
        ("{warn_at: 90%}", "has no budget to keep within"),
    ],
)
def test_a_budget_that_nothing_can_keep_within(budget: str, problem: str) -> None:
    text = f"input: [8]\nvariables: {{units: 4}}\nlayers: [dense: =units]\nbudget: {budget}\n"
    with pytest.raises(SpecError, match=problem):
        archsum.sweep(io.StringIO(text), {"units": (1, 2)}, within_budget=True)
    with pytest.raises(SpecError, match=problem):
        archsum.solve(io.StringIO(text), "units", "1:9", within_budget=True)


def test_what_is_no_network_is_refused_also_where_no_figure_is_asked_for(template: Any) -> None:
    found = archsum.sweep(template, {"kernel_size": (3, 9)}, metrics=(), where="kernel_size > 1")
    assert [(row.verdict, row.metrics) for row in found] == [("ok", {}), ("refused", {})]
    assert archsum.solve(template, "kernel_size", "1:12", where="kernel_size > 1").value == 8


def test_values_may_be_a_text_as_a_command_has_it(template: Any) -> None:
    found = archsum.sweep(template, {"filters": "1:3", "units": [5, 10]})
    assert list(found) == list(archsum.sweep(template, {"filters": range(1, 4), "units": (5, 10)}))
    with pytest.raises(SpecError, match="the range is empty"):
        archsum.sweep(template, {"filters": "3:1"})


def test_what_is_no_list_is_said_at_once(template: Any) -> None:
    with pytest.raises(TypeError, match=r'`filters` takes a list of values, or a text such as "0.5:2:0.25", not 4'):
        archsum.sweep(template, {"filters": 4})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"`variants` are mappings such as .*, not 'filters'"):
        archsum.sweep(template, ["filters"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="not the text 'params'"):
        archsum.sweep(template, {"filters": (4,)}, metrics="params")


def test_variants_may_come_one_by_one(template: Any) -> None:
    assert list(archsum.sweep(template, iter(()))) == []
    found = archsum.sweep(template, ({"filters": number} for number in (1, 2)))
    assert [row.metrics["params"] for row in found] == [28 + 36 * 10 + 10, 56 + 72 * 10 + 10]


def test_words_of_formulas_hold_in_conditions(template: Any) -> None:
    variants = {"filters": (1, 2, 3)}
    every = list(archsum.sweep(template, variants))
    assert list(archsum.sweep(template, variants, where="true")) == every
    assert list(archsum.sweep(template, variants, where="params > 0 and true")) == every
    assert list(archsum.sweep(template, variants, where="params > 0 and not true")) == []


def test_a_condition_on_what_follows_from_what_is_varied() -> None:
    text = "input: [8]\nvariables: {n: 1, half: =n // 2, classes: 3}\nlayers: [dense: =half + 1, dense: =classes]\n"
    rows = archsum.sweep(io.StringIO(text), {"n": "1:6"}, where="1 <= half < 3 and classes == 3 and n != 4")
    assert [row.values for row in rows] == [{"n": 2}, {"n": 3}, {"n": 5}]


def test_a_condition_on_what_a_variant_leaves_as_it_is_in_the_file() -> None:
    text = "input: [8]\nvariables: {width: 2, depth: =2 * width}\nlayers: [dense: =width, dense: =depth]\n"
    variants: list[dict[str, Any]] = [{"width": 3, "depth": 1}, {"width": 4}, {"depth": 5}]
    found = archsum.sweep(io.StringIO(text), variants, where="width == 4 or depth == 8 or width == 2")
    assert [(row.number, row.verdict) for row in found] == [(2, "ok"), (3, "ok")]
