"""Sets of small numbers as bits of one long integer: and, or and counting of 100,000 take microseconds."""

from collections.abc import Iterable
from itertools import islice


class Bits:
    """A set that changes one by one, and answers as an integer."""

    __slots__ = ("_bytes", "_integer")

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._integer: int | None = 0

    def add(self, number: int) -> None:
        byte = number >> 3
        if byte >= len(self._bytes):
            self._bytes.extend(bytes(byte + 1 - len(self._bytes)))
        self._bytes[byte] |= 1 << (number & 7)
        self._integer = None

    def remove(self, number: int) -> None:
        self._bytes[number >> 3] &= ~(1 << (number & 7))
        self._integer = None

    @classmethod
    def of(cls, numbers: Iterable[int]) -> "Bits":
        made = cls()
        for number in numbers:
            made.add(number)
        return made

    @property
    def integer(self) -> int:
        if self._integer is None:
            self._integer = int.from_bytes(self._bytes, "little")
        return self._integer


def bits_of(numbers: Iterable[int], size: int) -> int:
    """All numbers are below `size`."""
    packed = bytearray(size // 8 + 1)
    for number in numbers:
        packed[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(packed, "little")


def pick(order: Iterable[int], bits: int, size: int, start: int, count: int | None) -> list[int]:
    """Of the numbers of `order` that are in the set, `count` after the first `start`."""
    packed = bits.to_bytes(size // 8 + 1, "little")
    members = (number for number in order if packed[number >> 3] >> (number & 7) & 1)
    return list(islice(members, start, None if count is None else start + count))
