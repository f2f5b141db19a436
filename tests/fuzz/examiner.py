"""Reads a file by the functions that the package offers, and shows what came of it in every way there is."""

import io
import json
from collections import Counter
from typing import Any

from archsum import Diagnostic, Network, SpecError, Summary, check, explain, load, summarize
from archsum.errors import Span
from archsum.render.summary import csv, html
from archsum.render.summary import json as json_format
from archsum.render.summary import text as table
from archsum.render.summary.columns import OPTIONAL

WITHOUT_PLACE = {"not-text", "unreadable"}
"""Codes of what is wrong with a file as a whole."""


LAYERS_SHOWN = 100
"""Networks with more layers are shown in one way only: the others take long, and are alike."""


class Examiner:
    """Reads files, shows what came of them in every way there is, and counts."""

    def __init__(self) -> None:
        self.tally: Counter[str] = Counter()

    def __call__(self, content: bytes | str, **overrides: Any) -> None:
        file: Any = io.BytesIO(content) if isinstance(content, bytes) else io.StringIO(content)
        try:
            model = load(file, **overrides)
            summary = summarize(model)
        except SpecError as error:
            refusal = error
        else:
            self.tally["fuzzed files that are summarized"] += 1
            return check_outputs(model, summary)
        self.tally["fuzzed files that are refused"] += 1
        return check_refusal(refusal, placed=not overrides)


def check_outputs(model: Network, summary: Summary) -> None:
    assert str(summary)
    if len(summary.layers) > LAYERS_SHOWN:
        return
    for width in (None, 40, 80):
        assert table.render(summary, tuple(OPTIONAL), "keras", width)
        assert table.render_outline(summary, tuple(OPTIONAL), width)
    for render in (csv.render, html.render, table.render_markdown):
        assert render(summary)
    assert json.loads(json_format.render(summary))["totals"]["params"] == summary.params
    assert str(explain(model))
    result = check(model, {"max_params": 10, "max_macs": 10, "max_layer_params": 10})
    assert str(result)
    for problem in result.problems:
        check_place(problem)


def check_refusal(refusal: SpecError, *, placed: bool) -> None:
    assert refusal.diagnostics
    assert str(refusal)
    for diagnostic in refusal.diagnostics:
        check_place(diagnostic)
        assert diagnostic.span or not placed or diagnostic.code in WITHOUT_PLACE, diagnostic


def check_place(diagnostic: Diagnostic) -> None:
    assert str(diagnostic)
    for span in (diagnostic.span, *(span for _, span in diagnostic.notes)):
        assert not isinstance(span, Span) or 0 <= span.start <= span.end <= len(span.source.text) + 1
