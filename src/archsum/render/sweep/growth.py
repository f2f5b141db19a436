"""How a metric grows, as a line of text."""

from fractions import Fraction

from archsum.sweeps.growth import MAX_DEGREE, Growth

_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def render(growth: Growth) -> str:
    """Return the polynomial, or else the power, and on how many values it was seen."""
    metric, name, number = growth.metric, growth.name, len(growth.points)
    if (coefficients := growth.polynomial) is not None:
        terms = [_term(coefficient, name, power) for power, coefficient in enumerate(coefficients) if coefficient] or [
            "0"
        ]
        return f"{metric} = {' + '.join(reversed(terms)).replace('+ −', '− ')}, exactly, on all {number:,} values"
    if (power := growth.power) is None:
        return f"how {metric} grows with {name} is not to be told by {number:,} values, or by such that are not above 0"
    exponent, explained = power
    return (
        f"{metric} grows about as {name}^{exponent:.3g} (R² = {_cautious(explained)} on {number:,} values); it is no "
        f"polynomial up to degree {MAX_DEGREE}"
    )


def _cautious(explained: float) -> str:
    """Write R² so that it reads 1 only where it is that."""
    return f"{min(explained, 0.9999):.4f}" if explained < 1 else "1"


def _term(coefficient: Fraction, name: str, power: int) -> str:
    number = _number(abs(coefficient))
    sign = "−" if coefficient < 0 else ""
    if power == 0:
        return f"{sign}{number}"
    raised = name if power == 1 else f"{name}{str(power).translate(_POWERS)}"
    return f"{sign}{raised}" if number == "1" else f"{sign}{number} × {raised}"


def _number(value: Fraction) -> str:
    """Write a number exactly: as a decimal where it is one, else as a quotient."""
    scaled = value * 10**6
    if scaled.denominator > 1:
        return f"{value.numerator:,} / {value.denominator:,}"
    whole, rest = divmod(scaled.numerator, 10**6)
    return f"{whole:,}" + (f".{rest:06}".rstrip("0") if rest else "")
