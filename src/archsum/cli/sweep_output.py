"""Where the rows of a sweep go: as lines, JSON or Parquet as they come, or held until all are there."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from archsum.cli.streams import is_lost
from archsum.errors import SpecError
from archsum.language.text.source import open_file
from archsum.render.sweep import json
from archsum.render.sweep.lines import LINES
from archsum.render.sweep.resuming import Progress, progress
from archsum.render.sweep.table import render, summary
from archsum.sweeps.front import Cloud, Front, Order
from archsum.sweeps.growth import Growth
from archsum.sweeps.rows import REFUSED, Question, Row, columns
from archsum.sweeps.space import Space
from archsum.sweeps.tally import Tally
from archsum.writing import GrowingFile, write


class Output(ABC):
    """What takes rows as they come."""

    @property
    def is_gone(self) -> bool:
        """Whether nobody reads any more what is written."""
        return False

    @abstractmethod
    def write(self, rows: Sequence[Row]) -> None:
        """Take rows in. Errors: SpecError where they cannot be written."""

    @abstractmethod
    def close(self, tally: Tally) -> None:
        """Leave what has been written whole; what is held is dropped. Errors: SpecError where that cannot be."""

    @abstractmethod
    def finish(self, tally: Tally) -> None:
        """Write what is held, and close; of a file, say what is in it."""


class Text(Output):
    """Text, to a file, or without a path to stdout."""

    def __init__(self, path: str | None, question: Question, *, start: int | None = None, resumable: bool) -> None:
        """`start` is where a file ends that is gone on with; without it, the file is new."""
        self._question = question
        self._columns = columns(question.varied, question.metrics)
        self._file = GrowingFile(path, start, resumable=resumable) if path else None

    @property
    def is_gone(self) -> bool:
        return self._file.lost if self._file else is_lost(sys.stdout)

    def close(self, tally: Tally) -> None:
        if self._file:
            self._file.close()

    def finish(self, tally: Tally) -> None:
        self.close(tally)
        if self._file and self._file.is_regular:
            print(summary(tally, self._question))

    def _put(self, text: str) -> None:
        if self._file:
            self._file.write(text.encode())
        else:
            sys.stdout.write(text)
            sys.stdout.flush()


class Lines(Text):
    """A line for each row."""

    def __init__(
        self, path: str | None, style: str, question: Question, done: Progress | None = None, *, resumable: bool
    ) -> None:
        """`done` is how far the file has come that is gone on with."""
        super().__init__(path, question, start=done.end if done else None, resumable=resumable)
        header, self._lines = LINES[style]
        if not (done and done.end):
            self._put(header(self._columns))

    def write(self, rows: Sequence[Row]) -> None:
        self._put(self._lines(rows, self._columns))


class Json(Text):
    """One document."""

    def __init__(self, path: str | None, question: Question, variants: int, growth: Growth | None) -> None:
        super().__init__(path, question, resumable=False)
        self._growth, self._has_rows = growth, False
        self._put(json.begin(question, variants))

    def write(self, rows: Sequence[Row]) -> None:
        self._put(json.rows(rows, self._columns, not self._has_rows))
        self._has_rows = self._has_rows or bool(rows)

    def close(self, tally: Tally) -> None:
        with _whole(self._file):
            self._put(json.end(tally, self._growth, self._has_rows))
        super().close(tally)


class Parquet(Output):
    """A Parquet file."""

    def __init__(self, path: str, space: Space, question: Question) -> None:
        from archsum.render.sweep.parquet import ParquetFile, require

        require()
        self._question = question
        self._file = GrowingFile(path, resumable=False)
        names = columns(question.varied, question.metrics)
        self._rows = ParquetFile(self._file, names, space.types, question.metrics)

    def write(self, rows: Sequence[Row]) -> None:
        self._rows.write(rows)

    def close(self, tally: Tally) -> None:
        with _whole(self._file):
            self._rows.close()
        self._file.close()

    def finish(self, tally: Tally) -> None:
        self.close(tally)
        if self._file.is_regular:
            print(summary(tally, self._question))


@contextmanager
def _whole(file: GrowingFile | None) -> Iterator[None]:
    """Write the end of a file, or leave none. Errors: SpecError where the end cannot be written."""
    try:
        yield
    except SpecError:
        if file:
            file.remove()
        raise


class Held(Output):
    """Rows that are held until all are there: those of an order or a front; to be printed, or written to a file."""

    def __init__(
        self,
        best: Order | Front,
        question: Question,
        rows: Output | None,
        is_choice: bool,
        plot: tuple[str, str] | None,
    ) -> None:
        """`is_choice` is whether some rows alone were asked for; `plot` is a file for the front, and its format."""
        self._best, self._question, self._rows = best, question, rows
        self._is_choice, self._plot = is_choice, plot
        self._cloud = Cloud(best.objectives) if plot else None

    def write(self, rows: Sequence[Row]) -> None:
        kept = [row for row in rows if row.verdict != REFUSED]
        self._best.add(kept)
        if self._cloud:
            self._cloud.add(kept)

    def close(self, tally: Tally) -> None:
        if self._rows:
            self._rows.close(tally)

    def finish(self, tally: Tally) -> None:
        found = self._best.rows
        tally.on_front = len(found) if isinstance(self._best, Front) else None
        if self._cloud and self._plot:
            from archsum.render.plot import front

            path, style = self._plot
            drawn = front.draw(self._cloud, Cloud(self._best.objectives, found), self._question.template.name, style)
            write(path, drawn)
        if self._rows:
            self._rows.write(found)
            self._rows.finish(tally)
            return
        hidden = 0 if self._is_choice else tally.rows - len(found)
        if found:
            print(render(found, self._question, hidden))
        print(summary(tally, self._question))


def read_progress(path: str, style: str, space: Space, question: Question) -> Progress:
    """Return how far a file has come that a sweep goes on with. Errors: SpecError where it is of another."""

    def row_of(number: int) -> Row | None:
        return question.row(next(space.variants(number - 1))) if number <= space.count else None

    with open_file(path) as opened:
        return progress(opened, style, columns(question.varied, question.metrics), row_of, path)
