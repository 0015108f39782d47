"""Random worlds: all that one or two synthetic forces say of a few logs and records, and the clock at which one looks.

`worlds()` is a strategy like any other. What it finds shrinks to few lines with few fields.
"""

from tests.worlds.world import World, worlds

__all__ = ["World", "worlds"]
