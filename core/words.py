"""Counts as people write them."""


def counted(number: int, noun: str) -> str:
    """`1 sentence`, `1,964 spans`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
