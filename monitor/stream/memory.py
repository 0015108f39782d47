"""What the C library is told about memory."""

import ctypes

ARENAS = 2
_M_ARENA_MAX = -8  # of glibc's mallopt


def use_few_arenas() -> None:
    """To be called before threads are started.

    Each thread would have an arena of its own, and keep for itself what it frees there: a tenth of the worker's memory.
    Does nothing where the C library is not glibc, which alone has such arenas to limit.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, ARENAS)
