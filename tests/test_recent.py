"""What has been found is kept until nobody has asked for it in a while."""

import pytest

from archsum.recent import Recent


def test_its_size_is_that_of_what_was_asked_for() -> None:
    recent = Recent[str, str](len)
    recent["a"], recent["b"] = "four", "seven"
    assert recent.size == 9
    recent.forget()
    assert recent.size == 0
    assert (recent["a"], recent["a"], recent.size) == ("four", "four", 4)


def test_what_is_asked_for_is_kept() -> None:
    recent = Recent[str, int | None]()
    recent["asked"], recent["not asked"], recent["none"] = 1, 2, None
    recent.forget()
    assert len(recent) == 0
    assert (recent["asked"], recent.find("asked"), recent["none"]) == (1, 1, None)
    assert dict(recent) == {"asked": 1, "none": None}
    recent.forget()
    assert recent["asked"] == 1
    assert recent.find("not asked") is None
    with pytest.raises(KeyError):
        recent["not asked"]
    recent.forget()
    recent.forget()
    assert recent.find("asked") is None
