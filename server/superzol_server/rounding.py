"""Rounds quotients of whole numbers, exactly."""


def divide_half_up(dividend: int, divisor: int) -> int:
    """Quotient rounded to the nearest integer, a half upwards, also below zero: -0.5 is 0."""
    return (2 * dividend + divisor) // (2 * divisor)
