"""What is in memory at each step, from what is alive between two."""

from archsum.memory.timeline import Alive, timeline


def test_bytes_at_each_step() -> None:
    assert timeline(4, [Alive(0, 2, 100), Alive(2, 2, 10), Alive(1, 3, 1)]) == [100, 101, 111, 1]


def test_what_ends_at_the_step_before_is_never_there() -> None:
    assert timeline(2, [Alive(0, -1, 5), Alive(1, 0, 7), Alive(2, 1, 9)]) == [0, 0]


def test_no_tensors() -> None:
    assert timeline(3, []) == [0, 0, 0]
