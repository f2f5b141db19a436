"""Documents as text: whatever the values, reading gives them again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsum.interchange.writing.entries import EMPTY, BlockEntry, Document, Entry
from archsum.interchange.writing.scalars import scalar
from archsum.interchange.writing.text import WIDTH, write_text
from archsum.language.text.reader import read

SIGNS = st.characters(exclude_categories=["Cs"])  # half a surrogate pair is no text
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False)
TEXTS = (
    st.text(SIGNS, max_size=12)
    | st.text("ab-:#?*&!|>%@`=<~.,[]{}'\"\\ \n\t\x85\u2028\ufeff", max_size=6)
    | st.sampled_from(["null", "~", "true", "010", "1e5", "0x1f", ".5", "-", "=", "<<", "---", "...", "a: b", "a #b"])
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS


def value_of(written: str) -> Any:
    return read(written, "written").places.data


@given(SCALARS)
def test_a_value_is_read_as_it_was(value: Any) -> None:
    for text in (f"a: {scalar(value)}", f"{{a: {scalar(value)}, b: 1}}", f"a:\n  [{scalar(value)}]"):
        read_again = value_of(text)["a"]
        read_again = read_again[0] if isinstance(read_again, list) else read_again
        assert (type(read_again), read_again) == (type(value), value)


@given(TEXTS)
def test_a_key_is_read_as_it_was(key: str) -> None:
    assert value_of(f"{scalar(key)}: 1") == {key: 1}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1e-05, "1e-5"),
        (0.001, "0.001"),
        (1e22, "1e22"),
        ("=4 * filters", "=4 * filters"),
        ("=max(8, width)", '"=max(8, width)"'),
        ("same", "same"),
        ("1", '"1"'),
        ("no", "no"),
        (None, "null"),
        (EMPTY, ""),
        (float("-inf"), "-.inf"),
    ],
)
def test_values_look_as_people_write_them(value: Any, written: str) -> None:
    assert scalar(value) == written


def test_the_layout() -> None:
    conv = Entry("conv2d", {"filters": "=filters", "kernel_size": 3})
    layers = [
        Entry("relu"),
        Entry("dense", {"units": 10}),
        Entry("pair", {"filters": 8}),
        Entry("residual", {"layers": [conv, Entry("relu"), conv]}),
        Entry("residual", {"merge": Entry("concatenate", {"axis": 1}), "layers": [conv]}),
        Entry("branch", {"paths": [[conv], [], [Entry("relu"), conv, conv]]}),
        Entry("repeat", {"times": 3, "layers": [Entry("pair", {"filters": 8})]}),
        Entry("time_distributed", {"layer": Entry("dense", {"units": 8})}),
        Entry("time_distributed", {"layer": Entry("relu")}),
        Entry("custom", {"name": "long", "weights": {"table": list(range(40))}}),
    ]
    blocks = {"pair": BlockEntry({"filters": EMPTY, "strides": 1}, [conv, Entry("relu")])}
    document = Document("net", {"input": [None, 8, 3]}, layers, outputs=["a", "b"], blocks=blocks, comments=["A.", ""])
    document.defaults = {"conv2d": {"padding": "same"}}
    assert (
        write_text(document)
        == """\
# A.
#

name: net
input: [null, 8, 3]
outputs: [a, b]
defaults: {conv2d: {padding: same}}
blocks:
  pair:
    parameters: {filters: , strides: 1}
    layers:
      - conv2d: {filters: =filters, kernel_size: 3}
      - relu
layers:
  - relu
  - dense: 10
  - pair: {filters: 8}
  - residual:
      - conv2d: {filters: =filters, kernel_size: 3}
      - relu
      - conv2d: {filters: =filters, kernel_size: 3}
  - residual: {merge: {concatenate: 1}, layers: [conv2d: {filters: =filters, kernel_size: 3}]}
  - branch:
      - [conv2d: {filters: =filters, kernel_size: 3}]
      - []
      - - relu
        - conv2d: {filters: =filters, kernel_size: 3}
        - conv2d: {filters: =filters, kernel_size: 3}
  - repeat: {times: 3, layers: [pair: {filters: 8}]}
  - time_distributed: {layer: {dense: 8}}
  - time_distributed: {layer: relu}
  - custom:
      name: long
      weights:
        table:
          [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
            29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39
          ]
"""
    )


def test_no_line_is_too_long() -> None:
    fields = {f"a_long_name_of_a_parameter_{number}": number for number in range(20)}
    text = write_text(
        Document(None, {"input": [1]}, [Entry("block", fields)], blocks={"block": BlockEntry(fields, [])})
    )
    assert max(map(len, text.splitlines())) <= WIDTH
    assert value_of(text)["layers"] == [{"block": fields}]
