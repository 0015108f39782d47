"""How one value is found in a row, and how it is read: the small parts that a mapping is made of.

A bare text is a column; a list is several columns, of which the first that is not blank counts. What is wrong with an
entry is said as a `ValueError`, which loading turns into a sentence with file and line.
"""

from collections.abc import Callable
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from monitor.contract.identity import canonical_code, slug
from monitor.importers.formats import check_format

YES_NO = {"yes": True, "y": True, "true": True, "t": True, "1": True}
YES_NO |= {"no": False, "n": False, "false": False, "f": False, "0": False}
_T = TypeVar("_T")


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def folded(text: str) -> str:
    """How a force's own codes are compared: trimmed, white space collapsed, without case."""
    return " ".join(text.split()).casefold()


def _by_folded(codes: dict[str, _T]) -> dict[str, _T]:
    found: dict[str, _T] = {}
    for code, meaning in codes.items():
        if folded(code) in found:
            raise ValueError(f"{code!r} stands in the table twice (case and spaces do not tell codes apart)")
        found[folded(code)] = meaning
    return found


Codes = Annotated[dict[str, str], AfterValidator(_by_folded)]
Columns = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given), Field(min_length=1)
]


def _from_column(given: object) -> object:
    return {"column": given} if isinstance(given, str | list) else given


class Cell(Strict):
    column: Columns = ()
    join: str | None = None  # put between the columns, where all of them together are the value


class Value(Cell):
    """A text, a constant, or a code that a table turns into another."""

    value: str | None = None  # a constant: the same on every row
    codes: Codes = {}
    default: str | None = None  # where the cell is blank
    otherwise: str | None = None  # for every code that the table lacks: they then count as known
    present: str | None = None  # stands for whatever the cell says, so that free text stays out of the events
    split: str | None = None  # for lists: what stands between the items of one cell

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        if bool(self.column) == (self.value is not None):
            raise ValueError("must name either a column or a constant value")
        if self.split == "":
            raise ValueError("split is blank: write what stands between the items, such as ','")
        return self

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What it can say whatever the export holds."""
        given = (*self.codes.values(), self.value, self.default, self.otherwise, self.present)
        return tuple(text for text in given if text)


class TimeCell(Cell):
    column: Columns
    formats: tuple[Annotated[str, AfterValidator(check_format)], ...] = ()  # in place of those of [times]


class PersonCell(Strict):
    """The columns that together tell one person from another."""

    column: Columns


def _known(*known: str) -> Callable[[Value], Value]:
    def check(given: Value) -> Value:
        for text in given.outcomes:
            if slug(text) not in known:
                raise ValueError(f"{text!r} is none of {', '.join(known)}")
        return given

    return check


def _flag(given: Value) -> Value:
    for text in given.outcomes:
        if folded(text) not in YES_NO:
            raise ValueError(f"{text!r} is neither yes nor no")
    return given


def one_of(*known: str) -> Any:
    return Annotated[Value, BeforeValidator(_from_column), AfterValidator(_known(*known))]


Text = Annotated[Value, BeforeValidator(_from_column)]
Flag = Annotated[Value, BeforeValidator(_from_column), AfterValidator(_flag)]
Time = Annotated[TimeCell, BeforeValidator(_from_column)]
Person = Annotated[PersonCell, BeforeValidator(_from_column)]


class Condition(Strict):
    """Holds where the cell is one of, or none of, these texts; "" is a blank cell."""

    column: str
    among: tuple[str, ...] | None = Field(default=None, alias="is")
    beside: tuple[str, ...] | None = Field(default=None, alias="not")

    @field_validator("among", "beside")
    @classmethod
    def _folded(cls, texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if texts is None else tuple(folded(text) for text in texts)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.among is None) == (self.beside is None):
            raise ValueError("must say either is = [...] or not = [...]")
        return self

    def holds(self, text: str) -> bool:
        return folded(text) in self.among if self.among is not None else folded(text) not in (self.beside or ())


class OffenceCode(Strict):
    category: str | None = None
    ho_code: str | None = None

    @field_validator("ho_code")
    @classmethod
    def _of_known_form(cls, code: str | None) -> str | None:
        if code is not None and canonical_code(code) is None:
            raise ValueError(f"{code!r} is no Home Office code such as 008/06")
        return code


def _meaning(given: object) -> object:
    """A text is a category; false says that this is no crime at all."""
    if isinstance(given, str):
        return {"category": given}
    return None if given is False else given


class Offence(Cell):
    """An offence by a table over a text column, or by columns that hold the Home Office's category and code."""

    codes: Annotated[
        dict[str, Annotated[OffenceCode | None, BeforeValidator(_meaning)]], AfterValidator(_by_folded)
    ] = {}
    category: Text | None = None
    ho_code: Text | None = None

    @model_validator(mode="after")
    def _names_one_way(self) -> Self:
        if bool(self.column) == (self.category is not None or self.ho_code is not None):
            raise ValueError("must name either a column with a table of codes, or the columns of category and ho_code")
        return self
