"""What is written here in PyTorch has the figures that its authors publish."""

from typing import Any

import pytest

from tests.support.parity.written_models import Written, dcgan_generator, gpt2_small, t5_small

pytestmark = pytest.mark.torch


@pytest.mark.parametrize(
    ("build", "params"),
    [
        (dcgan_generator, 4 * 4 * (100 * 512 + 512 * 256 + 256 * 128 + 128 * 64 + 64 * 3) + 2 * (512 + 256 + 128 + 64)),
        (gpt2_small, 124_439_808),
        (t5_small, 60_506_624),
    ],
)
def test_parameters(build: Any, params: int) -> None:
    pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
    assert Written(build).facts(()).totals["torch_params"] == params
