"""What is around the table: the model's name above it, the totals below."""

from collections.abc import Iterable

from archsum.errors import one_line
from archsum.render.numbers import count, memory
from archsum.render.summary.columns import Column
from archsum.summary import BYTES_PER_PARAMETER, Summary


def title(summary: Summary) -> str:
    """Return Keras's first line."""
    return f'Model: "{one_line(summary.name)}"'


def totals(summary: Summary, columns: Iterable[Column], *, sizes: bool = True) -> list[str]:
    """Return a line for each total: Keras's, the biases where some are untied, and those of the columns."""
    params = {
        "Total params": summary.params,
        "Trainable params": summary.trainable_params,
        "Non-trainable params": summary.non_trainable_params,
    }
    lines = [f"{label}: {number:,}{_size(number) if sizes else ''}" for label, number in params.items()]
    if untied := summary.untied_bias_params:
        tied = summary.bias_params - untied
        lines.append(f"Bias params: {summary.bias_params:,} ({untied:,} untied, {tied:,} tied)")
    lines += [f"{column.header}: {count(column.total(summary))}{column.remark}" for column in columns if column.total]
    return lines


def _size(params: int) -> str:
    return f" ({memory(params * BYTES_PER_PARAMETER)})"
