"""Numbers as the reports write them."""


def percent(part: int, whole: int) -> str:
    """Write a share. It reads 100.0 % only where it is exactly that, so that rounding never hides a miss."""
    if whole == 0:
        return "–"
    tenths = (2000 * part + whole) // (2 * whole)
    if tenths == 1000 and part != whole:
        return "> 100 %" if part > whole else "< 100 %"
    return f"{tenths // 10:,}.{tenths % 10} %"
