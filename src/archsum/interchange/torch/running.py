"""Running a model twice, with batches of different sizes, without changing anything of it."""

import copy
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from archsum.interchange.torch.batch import FIRST, SECOND
from archsum.interchange.torch.examples import Example
from archsum.interchange.torch.tracing import Trace, WholeNumbersNeededError, trace
from archsum.interchange.torch.unfinished import let_run


def run_twice(model: Any, example: Example, is_layer: Callable[[Any], bool]) -> tuple[Trace, Trace]:
    """Run copies of a model in training mode, where all its parts are, auxiliary heads too.

    They run on the meta device, where tensors have shapes and no data, and on the CPU where that fails, as it does
    where values are read. Errors: whatever the model raises there.
    """
    try:
        return _run_on("meta", model, example, is_layer)
    except Exception:  # whatever a model does not do without data
        if any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())):
            raise
        return _run_on("cpu", model, example, is_layer)


def _run_on(device: str, model: Any, example: Example, is_layer: Callable[[Any], bool]) -> tuple[Trace, Trace]:
    first, second = (_run(device, model, example, samples, is_layer) for samples in (FIRST, SECOND))
    return first, second


def _run(device: str, model: Any, example: Example, samples: int, is_layer: Callable[[Any], bool]) -> Trace:
    with _unchanged(), torch.device(device), torch.no_grad():
        copied = _copy_on_meta(model) if device == "meta" else copy.deepcopy(model).to(device)
        copied.train()
        let_run(copied)
        while True:
            args, kwargs = example.arguments(samples, device)
            try:
                return trace(copied, model, args, kwargs, is_layer)
            except WholeNumbersNeededError as error:
                example = example.of_whole_numbers(error.names)


def _copy_on_meta(model: Any) -> Any:
    """Copy a model without its data: what is one tensor stays one."""
    known: dict[int, Any] = {}
    for module in model.modules():
        held = (*module._parameters.values(), *module._buffers.values(), *vars(module).values())
        for tensor in held:
            if isinstance(tensor, torch.Tensor) and id(tensor) not in known:
                known[id(tensor)] = _on_meta(tensor)
    return copy.deepcopy(model, known).to("meta")


def _on_meta(tensor: Any) -> Any:
    made = torch.empty_like(tensor, device="meta")
    if isinstance(tensor, torch.nn.Parameter):
        return torch.nn.Parameter(made, requires_grad=tensor.requires_grad)
    return made


@contextmanager
def _unchanged() -> Iterator[None]:
    """Keep random numbers and settings as they are, and PyTorch's fast path, which hides what attention does, off."""
    numbers, fast = random.getstate(), torch.backends.mha.get_fastpath_enabled()
    numpy: Any = sys.modules.get("numpy")
    of_numpy = numpy.random.get_state() if numpy else None
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _seed(numpy)  # both runs draw the same, where it is drawn which layers are left out
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        random.setstate(numbers)
        if numpy:
            numpy.random.set_state(of_numpy)


def _seed(numpy: Any) -> None:
    random.seed(0)
    torch.manual_seed(0)
    if numpy:
        numpy.random.seed(0)
