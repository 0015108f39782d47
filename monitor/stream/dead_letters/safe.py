"""Bytes that anybody may have sent, made fit for a terminal: nothing in them moves the cursor or hides text."""

SHOWN_BYTES = 4000


def safe_text(text: str) -> str:
    """Whatever is no plain character is shown as its escape; line ends too."""
    return "".join(each if each.isprintable() else _escape(each) for each in text)


def safe_bytes(content: bytes, most: int | None = SHOWN_BYTES) -> str:
    """As UTF-8, with escapes for what is none; cut after so many bytes, and it is said how many are left out."""
    shown = content if most is None else content[:most]
    text = safe_text(shown.decode("utf-8", errors="backslashreplace"))
    left_out = len(content) - len(shown)
    return f"{text}… and {left_out} more bytes" if left_out else text


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
