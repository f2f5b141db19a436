"""What a command says of a file's variants → the axes of a space; all that is wrong with it at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Self

from archsum.bounds import MAX_FOUND
from archsum.errors import Diagnostic, FieldError, Location, SpecError, enumerate_words, quote, suggest
from archsum.language.text.scalars import resolve_sizes
from archsum.language.text.source import File
from archsum.sweeps.choices import Values
from archsum.sweeps.csv_file import CsvFile, read_csv
from archsum.sweeps.reading import read_choices
from archsum.sweeps.rows import columns
from archsum.sweeps.space import INPUT, Axis, Shapes, Table, Varied, is_input
from archsum.variants import METRICS, Template

Sizes = Sequence[int | None]

_LEAVE_OUT = "leave one of them out"
_MAX_NAMED = 5


class AxesReader:
    """Gathers the axes of a template's variants, and what is wrong with them."""

    def __init__(self, template: Template) -> None:
        self._variables = template.variables
        self._axes: list[Axis] = []
        self.names: list[str] = []
        """What is varied, also where it is wrong how."""
        self.passed_over: Sequence[str] = ()
        """The columns of a file of rows that are what a sweep says of its variants, and so are computed anew."""
        self._problems: list[Diagnostic] = []
        self._taken = set(columns((), tuple(METRICS)))

    def add_settings(self, settings: Iterable[tuple[str, str]]) -> Self:
        """Add variables, each with a text of what it may be."""
        for name, text in settings:
            if problem := self._refuse(name, "`--set` has it twice", "write all its values in one, as in `0.5,1`"):
                self._problems.append(problem)
                continue
            try:
                choices = read_choices(text, isinstance(self._variables[name], list))
            except FieldError as error:
                self._problems.append(Diagnostic("bad-value", f"{quote(name)} {error.message}", None, error.cure))
            else:
                self._axes.append(Varied(name, choices))
        return self

    def add_grid(self, grid: Mapping[str, str | Iterable[Any]]) -> Self:
        """Add variables, each with its values, or a text of them; `input` has shapes.

        Errors: TypeError where something has a single value.
        """
        for name, values in grid.items():
            if not isinstance(values, Iterable):
                raise TypeError(f'{quote(name)} takes a list of values, or a text such as "0.5:2:0.25", not {values!r}')
            if isinstance(values, str) and not is_input(name):
                self.add_settings([(name, values)])
            elif problem := self._refuse(name, "it is there twice", "leave one out"):
                self._problems.append(problem)
            else:
                listed: tuple[Any, ...] = tuple(values)
                self._axes.append(Shapes(name, listed) if is_input(name) else Varied(name, Values(listed)))
        return self

    def add_inputs(self, inputs: Iterable[tuple[str | None, Sizes]]) -> Self:
        """Add shapes of the input, or of several by their names."""
        shapes: dict[str, list[Sizes]] = {}
        for name, sizes in inputs:
            shapes.setdefault(f"{INPUT}.{name}" if name else INPUT, []).append(sizes)
        if len(shapes) > 1 and INPUT in shapes:
            cure = "of several shapes, each has its input's name: `left=105,105,1`"
            self._problems.append(Diagnostic("inputs", "`--input` has shapes with names, and without", None, cure))
        for name, of_name in shapes.items():
            if problem := self._refuse(name, "`--rows` has it too", "leave it out"):
                self._problems.append(problem)
            else:
                self._axes.append(Shapes(name, tuple(of_name)))
        return self

    def add_rows(self, file: File) -> Self:
        """Add the rows of a CSV file, whose header names variables; the other columns of a sweep's are passed over."""
        try:
            self._add_table(read_csv(file))
        except SpecError as error:
            self._problems += error.diagnostics
        return self

    def _add_table(self, table: CsvFile) -> None:
        """Add the rows of a CSV file. Errors: SpecError for a line that cannot be read."""
        before = len(self._problems)
        self.passed_over = [word for word in table.header if word in self._taken and word not in self._variables]
        kept = {word: place for place, word in enumerate(table.header) if word not in self.passed_over}
        for word in table.header:
            if word not in self.passed_over and (problem := self._refuse(word, "it is varied twice", _LEAVE_OUT)):
                if problem.code == "unknown-variable":
                    cure = suggest(word, (*self._variables, *self._taken)) or "leave the column out"
                    problem = problem._replace(cure=cure)
                self._problems.append(problem._replace(span=table.top))
        if not kept:
            cure = f"name variables there, such as {enumerate_words(islice(self._variables, _MAX_NAMED))}"
            self._problems.append(Diagnostic("bad-value", "no column is of a variable", table.top, cure))
        if len(self._problems) == before:
            self._axes.append(Table([*kept], tuple(self._rows(table, kept))))

    def read(self) -> list[Axis]:
        """Return the axes. Errors: SpecError with all that is wrong with them."""
        if not (self._axes or self._problems):
            cure = "say what to vary, as in `--set width=0.5,1` or `--input 96,96,3`"
            self._problems.append(Diagnostic("missing-field", "nothing is varied", None, cure))
        if self._problems:
            raise SpecError(self._problems)
        return self._axes

    def _refuse(self, name: str, twice: str, cure: str) -> Diagnostic | None:
        """Return why a variable or an input cannot be varied; else note that it is."""
        if name not in self._variables and not is_input(name):
            known = suggest(name, self._variables) or "only what the file has under `variables` can be varied"
            return Diagnostic("unknown-variable", f"the file has no variable {quote(name)}", None, known)
        if name in self.names:
            return Diagnostic("duplicate-name", f"{quote(name)} cannot be varied: {twice}", None, cure)
        if name in self._taken:
            message = f"{quote(name)} cannot be varied: a column of every sweep has that name"
            return Diagnostic("bad-name", message, None, "give the variable another name in the file")
        self.names.append(name)
        return None

    def _rows(self, table: CsvFile, columns: Mapping[str, int]) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of a table, whose `columns` have variables, until much is wrong with them."""
        for number, cells in table.lines:
            if len(self._problems) >= MAX_FOUND:
                return
            place = Location(table.name, f"line {number}", number)
            if len(cells) != len(table.header):
                message = f"the row has {len(cells)} cells, and the header {len(table.header)}"
                self._problems.append(Diagnostic("bad-value", message, place, "write a cell for each column"))
                continue
            row: dict[str, Any] = {}
            for name, column in columns.items():
                try:
                    if cells[column].strip():
                        row[name] = self._cell(name, cells[column])
                except FieldError as error:
                    message = f"{quote(name)} {error.message}"
                    self._problems.append(Diagnostic("bad-value", message, place, error.cure))
            yield row

    def _cell(self, name: str, cell: str) -> Any:
        """Return the value in a cell. Errors: FieldError."""
        if is_input(name):
            try:
                return resolve_sizes(cell)
            except ValueError:
                raise FieldError(f"cannot be {quote(cell)}", "write sizes such as `224,224,3`") from None
        choices = read_choices(cell, isinstance(self._variables[name], list))
        if choices.count != 1:
            raise FieldError(f"takes one value in a row, not {quote(cell)}", "write a row for each")
        return choices.at(0)
