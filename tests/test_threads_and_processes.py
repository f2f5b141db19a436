"""Results are the same from several threads, from a pool of processes, and after pickling."""

import gc
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import archsum
from tests.support.paths import BAD_FILES, EXAMPLES, NETWORKS

FILES = [
    *(EXAMPLES / f"{name}.yaml" for name in ("lenet5", "resnet50", "siamese", "lstm_text_classifier", "unet", "gpt2")),
    NETWORKS / "unknown.yaml",
    *sorted(BAD_FILES.glob("*.yaml"))[::25],
]
"""Networks of all families, and faulty files of many sorts."""

FUNCTIONS: dict[str, Callable[[Path], Any]] = {
    "load": archsum.load,
    "summarize": archsum.summarize,
    "check": lambda file: archsum.check(file, {"max_params": "5M", "max_training_memory": "1 GB"}),
    "costs": lambda file: archsum.costs(file, {"batch": 8}),
    "fit": lambda file: archsum.fit(file, "t4"),
    "explain": archsum.explain,
    "diagram": lambda file: archsum.diagram(file, format="dot"),
}

THREADS = 8


def said(file: Path) -> dict[str, str]:
    """Return what each function has to say of a file."""
    return {name: text_of(outcome(function, file)) for name, function in FUNCTIONS.items()}


def outcome(function: Callable[[Path], Any], file: Path) -> Any:
    """Return what a function returns, or the error that it raises."""
    try:
        return function(file)
    except archsum.SpecError as error:
        return error


def text_of(result: Any) -> str:
    """Return a result as a text: of a network, all its layers and what they give."""
    if not isinstance(result, archsum.Network):
        return str(result)
    return f"{result.graph}{outcome(lambda _: archsum.summarize(result), Path())}"


@pytest.fixture(scope="module")
def expected() -> dict[Path, dict[str, str]]:
    """What is said by one thread."""
    return {file: said(file) for file in FILES}


@pytest.fixture
def eager_switching() -> Iterator[None]:
    """Let threads take turns a thousand times as often as they do by default."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 1000)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_switching")
def test_threads_say_the_same(expected: dict[Path, dict[str, str]]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for file, texts in zip(FILES * THREADS, pool.map(said, FILES * THREADS), strict=True):
            assert texts == expected[file]


COLD = f"""
import sys, threading
sys.setswitchinterval(1e-6)
import archsum
barrier, found = threading.Barrier({THREADS}), []
def summarize():
    barrier.wait()
    found.append(str(archsum.summarize(sys.argv[1])) + str(archsum.costs(sys.argv[1])))
threads = [threading.Thread(target=summarize) for _ in range({THREADS})]
[thread.start() for thread in threads], [thread.join() for thread in threads]
print(len(found), len(set(found)))
print(found[0])
"""
"""Threads of which none finds anything imported, and no class complete."""


@pytest.mark.parametrize("file", FILES[:4], ids=lambda file: file.stem)
def test_threads_that_begin_together_say_the_same(file: Path) -> None:
    done = subprocess.run([sys.executable, "-c", COLD, file], capture_output=True, text=True, encoding="utf-8")
    assert done.stderr == ""
    assert done.stdout == f"{THREADS} 1\n{archsum.summarize(file)}{archsum.costs(file)}\n"


def test_one_network_serves_all_threads() -> None:
    network = archsum.load(EXAMPLES / "efficientnet.yaml")
    barrier = threading.Barrier(THREADS)

    def summarize(_: int) -> str:
        barrier.wait()
        return f"{archsum.summarize(network)}{archsum.explain(network)}{archsum.costs(network)}"

    with ThreadPoolExecutor(THREADS) as pool:
        (only,) = {*pool.map(summarize, range(THREADS))}
    again = archsum.load(EXAMPLES / "efficientnet.yaml")
    assert only == f"{archsum.summarize(again)}{archsum.explain(again)}{archsum.costs(again)}"


def test_a_pool_of_processes_says_the_same(expected: dict[Path, dict[str, str]]) -> None:
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        assert dict(zip(FILES, pool.map(said, FILES), strict=True)) == expected


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_pickled_says_the_same(name: str, file: Path) -> None:
    result = outcome(FUNCTIONS[name], file)
    copy = pickle.loads(pickle.dumps(result))
    assert type(copy) is type(result)
    assert text_of(copy) == text_of(result)
    if isinstance(result, archsum.SpecError):
        assert copy.diagnostics == result.diagnostics


@pytest.mark.parametrize("is_enabled", [True, False])
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_no_function_touches_the_garbage_collector(
    name: str, *, is_enabled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the process's, and so its user's: with several threads, what one turns off another may leave off."""
    touched: list[str] = []
    for switch in ("enable", "disable", "freeze", "unfreeze", "set_threshold", "collect"):
        monkeypatch.setattr(gc, switch, lambda *_, switch=switch: touched.append(switch))
    monkeypatch.setattr(gc, "isenabled", lambda: is_enabled)
    for file in (EXAMPLES / "lenet5.yaml", BAD_FILES / "layer_misspelt.yaml"):
        text_of(outcome(FUNCTIONS[name], file))
    assert touched == []
