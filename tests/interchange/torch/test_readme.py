"""The Python session that the README file shows of PyTorch: the tests of all README files run without it."""

import doctest
import re
from typing import Any

import pytest

from tests.support.paths import ROOT

torch: Any = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
pytestmark = pytest.mark.torch

README = ROOT / "src" / "archsum" / "interchange" / "README.md"


def test_session() -> None:
    (session,) = re.findall(r"^```text\n(>>> .*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    results = doctest.DocTestRunner().run(doctest.DocTestParser().get_doctest(session, {}, "README", None, 0))
    assert results.failed == 0
    assert results.attempted > 5
