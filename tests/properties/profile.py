"""How many examples: few and always the same ones, or as many new ones as PROPERTY_EXAMPLES says.

PROPERTY_EXAMPLES=5000 make test ARGS="tests/properties --timeout 0"
"""

import os

from hypothesis import HealthCheck, settings

ASKED_FOR = int(os.environ.get("PROPERTY_EXAMPLES", "0"))
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


def examples(usual: int) -> settings:
    return settings(
        max_examples=ASKED_FOR or usual,
        derandomize=not ASKED_FOR,
        deadline=None,
        print_blob=bool(ASKED_FOR),
        suppress_health_check=_SLOW,
    )
