"""Where the parts of a chart stand in its drawing. The template draws them; a table beside each has the figures."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 160  # of the drawing area, in its own units
STEP, WIDTH = 64, 44  # from one column to the next, and of a column


@dataclass(frozen=True, slots=True)
class Piece:
    y: float
    height: float
    colour: str  # a class of the style sheet


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    x: int
    pieces: tuple[Piece, ...]
    value: str  # what stands above it
    top: float


@dataclass(frozen=True, slots=True)
class Chart:
    columns: tuple[Column, ...]
    width: int
    height: int = HEIGHT
    bar: int = WIDTH


def stacked(columns: Sequence[tuple[str, Sequence[tuple[str, float]], str]], most: float | None = None) -> Chart:
    """Columns of (label, pieces from below as (colour, number), what stands above), `most` as high as the drawing."""
    full = most or max((sum(number for _, number in pieces) for _, pieces, _ in columns), default=0) or 1
    drawn = tuple(_column(place * STEP + (STEP - WIDTH) // 2, *column, full) for place, column in enumerate(columns))
    return Chart(drawn, STEP * len(columns))


def _column(x: int, label: str, pieces: Sequence[tuple[str, float]], value: str, full: float) -> Column:
    found, base = list[Piece](), float(HEIGHT)
    for colour, number in pieces:
        height = round(HEIGHT * number / full, 1)
        base -= height
        found.append(Piece(round(base, 1), height, colour))
    return Column(label, x, tuple(found), value, round(base, 1))
