"""What names a thing: forces, references, offence codes, categories. All spellings of one name read alike."""

import re
from functools import lru_cache

# Of a force, a reference or a decision's id: it becomes part of message keys, of the ids of alerts, where it is thrice
# as long if it is not ASCII, and of indexes, where PostgreSQL has some 2,700 bytes for two or three of them together.
MOST_CHARACTERS, MOST_BYTES = 256, 400
_CODE = re.compile(r"(?:(\d{1,3})[/.](\d{1,2})|(\d{3})(\d{2}))", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def canonical_force(text: str) -> str:
    return _sound(text.strip().lower())


def canonical_ref(text: str) -> str:
    """Trimmed, inner white space collapsed, letters upper-cased: `" inc  1"` is `INC 1`."""
    return _sound(" ".join(text.split()).upper())


def not_too_long(name: str) -> str:
    if len(name) > MOST_CHARACTERS:
        raise ValueError(f"is longer than {MOST_CHARACTERS} characters")
    if not name.isascii() and len(name.encode()) > MOST_BYTES:
        raise ValueError(f"is longer than {MOST_BYTES} bytes in UTF-8")
    return name


def _sound(name: str) -> str:
    not_too_long(name)
    if _CONTROL.search(name):
        raise ValueError("holds a control character")
    return name


@lru_cache(maxsize=8192)
def canonical_code(text: str) -> str | None:
    """A Home Office code in 3/2 digits (`8/6`, `8.06` and `00806` are `008/06`), or None where it has no known form."""
    found = _CODE.fullmatch("".join(text.split()))
    if not found:
        return None
    head, tail = found[1] or found[3], found[2] or found[4]
    return f"{int(head):03d}/{int(tail):02d}"


@lru_cache(maxsize=1024)
def canonical_category(text: str) -> str:
    """A category without case and spaces: `nfib 17` is `NFIB17`."""
    return "".join(text.split()).upper()


@lru_cache(maxsize=8192)
def slug(text: str) -> str:
    """An enumerated value: lower-cased, spaces and hyphens read as underscores."""
    return re.sub(r"[\s_-]+", "_", text.strip().lower())
