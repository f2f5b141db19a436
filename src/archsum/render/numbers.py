"""Numbers and shapes as the reports write them."""

from archsum.layers.shapes import Shape

_UNITS = tuple((f"{letter}iB", 1024**power) for power, letter in ((4, "T"), (3, "G"), (2, "M"), (1, "K")))


def percent(part: int, whole: int) -> str:
    """Write a share. It reads 0.0 or 100.0 % only where it is exactly that, so that rounding never hides a miss."""
    if whole == 0:
        return "–"
    tenths = (2000 * part + whole) // (2 * whole)
    if tenths == 1000 and part != whole:
        return "> 100 %" if part > whole else "< 100 %"
    return "< 0.1 %" if tenths == 0 and part else f"{tenths // 10:,}.{tenths % 10} %"


def count(number: int | None) -> str:
    """Write a number with thousands separators, an unknown one as a word."""
    return "unknown" if number is None else f"{number:,}"


def quantity(number: int | None, noun: str) -> str:
    """Write how many there are of what a noun in the singular names: `1 layer`, `2 layers`."""
    ending = "" if number == 1 else "es" if noun.endswith("x") else "s"
    return f"{count(number)} {noun}{ending}"


def signed(number: int | None) -> str:
    """Write a difference: with its sign, and nothing where there is none; an unknown one as a word."""
    return "unknown" if number is None else f"{number:+,}".replace("-", "−") if number else ""


def growth(before: int | None, after: int | None) -> str:
    """Write how much more it is, in parts of what it was, or how many times; nothing where that tells nothing."""
    if not before or after is None or before == after:
        return ""
    if after >= 10 * before:
        return f"× {after / before:,.1f}"
    share = percent(abs(after - before), before)
    sign = "+" if after > before else "−"
    return f"{share[:2]}{sign}{share[2:]}" if share[0] in "<>" else f"{sign}{share}"


def sizes(shape: Shape) -> str:
    """Write a shape as Keras does, an unknown size as None."""
    return str(shape)


def memory(size: float | None) -> str:
    """Write bytes as Keras does: two decimals, in powers of 1024; an unknown number as a word."""
    if size is None:
        return "unknown"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"


def binary_unit(size: int) -> tuple[str, int]:
    """Return the unit in which a number of bytes is written, and its bytes."""
    return next((unit for unit in _UNITS if size >= unit[1]), ("B", 1))


def binary(size: int) -> str:
    """Write bytes in the units of budgets, powers of 1024: `2.56 GiB`."""
    name, unit = binary_unit(size)
    return f"{size / unit:,.2f} {name}" if unit > 1 else f"{size} B"
