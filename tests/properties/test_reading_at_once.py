"""What is taken at once, because it looks canonical, is what its reader makes of it."""

from dataclasses import is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from monitor.contract import events
from monitor.contract.events import REASON_CODES
from monitor.contract.reading import CHANNELS, AtOnce
from tests.properties.profile import examples

KINDS = [each for each in vars(events).values() if isinstance(each, type) and is_dataclass(each)]


def _without(kind: type, annotation: Any) -> Any:
    """The same type without annotations of this kind."""
    if get_origin(annotation) is Annotated:
        first, *rest = get_args(annotation)
        kept = [each for each in rest if not isinstance(each, kind)]
        return Annotated[_without(kind, first), *kept] if kept else _without(kind, first)
    members = get_args(annotation)
    if type(None) in members and len(members) > 1:
        inner = [_without(kind, each) for each in members if each is not type(None)]
        return inner[0] | None
    return annotation


def _types() -> dict[str, Any]:
    found = {}
    for kind in KINDS:
        for name, annotation in get_type_hints(kind, include_extras=True).items():
            if "AtOnce" in repr(annotation) or "best_of" in repr(annotation):
                found[f"{kind.__name__}.{name}"] = annotation
    return found


TYPES = _types()
WORDS = (*CHANNELS, *REASON_CODES, "open", "closed", "recorded", "cancelled", "high", "child", "ex_partner", "C1", "c1")
SPELLED = st.sampled_from(WORDS).flatmap(
    lambda word: st.sampled_from([word, word.upper(), word.title(), f" {word}", f"{word}\n", word.replace("_", "-")])
)
TEXTS = st.one_of(
    SPELLED,
    st.text(max_size=300),
    st.text(alphabet="aZ09 _-/.\t\n\x00\x1c\x85\xa0éß", max_size=8),
    st.from_regex(r"\A[0-9]{1,3}[/.]?[0-9]{1,2}\Z"),
)
SINGLE = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-(2**64), 2**64),
    st.floats(allow_nan=False),
    st.dictionaries(TEXTS, TEXTS, max_size=1),
)
NEARLY = st.sampled_from(["a__b", "_a", "a_", "a b", "A", "Ab", "a", "A-1", " A"])
VALUES = st.one_of(SINGLE, st.lists(SINGLE, max_size=3), st.lists(NEARLY, max_size=2))


def _read(adapter: TypeAdapter[Any], value: object) -> tuple[str, Any, int]:
    noted: list[str] = []
    try:
        read = adapter.validate_python(value, context=noted)
    except ValidationError as error:
        last = error.errors(include_url=False)[-1]
        return last["type"], last["msg"], 0
    return type(read).__name__, read, len(noted)


@pytest.mark.parametrize("name", TYPES)
def test_it_is_read_as_by_its_reader(name: str) -> None:
    whole = _without(FieldInfo, TYPES[name])  # what pydantic takes for fields alone
    both, reader = TypeAdapter(whole), TypeAdapter(_without(AtOnce, whole))
    assert "<canonical>" in repr(both.core_schema)
    assert "<canonical>" not in repr(reader.core_schema)

    @examples(400)
    @given(VALUES)
    def compare(value: object) -> None:
        assert _read(both, value) == _read(reader, value)

    compare()
