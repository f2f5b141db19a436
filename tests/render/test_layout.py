"""Aligned and wrapped text."""

from archsum.render.layout import columns, cut, wrap


def test_columns_are_as_wide_as_their_widest_cell_and_end_with_their_text() -> None:
    rows = [("params", "5", "in all"), ("a", "1,000", "")]
    assert columns(rows, "<><", "  ") == ["  params      5  in all", "  a       1,000"]
    assert columns([], "<>") == []


def test_the_first_line_has_its_word_and_the_others_are_below_the_text() -> None:
    assert wrap("one two three", 12, 4, "no") == ["no  one two", "    three"]
    assert wrap("one\n\ntwo", 12, 2) == ["  one", "", "  two"]
    assert wrap("", 12, 4) == []


def test_words_stay_whole() -> None:
    assert wrap("see https://example.org/a-long-address now", 20) == [
        "see",
        "https://example.org/a-long-address",
        "now",
    ]


def test_what_is_cut_off_is_counted() -> None:
    assert cut("abc", 3, "letter") == ("abc", [])
    assert cut("abc" * 1000, 2, "letter") == ("ab", ["… and 2,998 more letters"])
    assert cut("abc", 2, "letter") == ("ab", ["… and 1 more letter"])
    assert cut("abc", 1, "box") == ("a", ["… and 2 more boxes"])
