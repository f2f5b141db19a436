"""Functions of formulas that Python lacks, as they are written into source code."""


def make_divisible(value: float, divisor: int = 8) -> int:
    """Round to a multiple of the divisor, never losing more than a tenth."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded
