from pathlib import Path

import pytest

from tests.observability.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """In steps of a minute."""
    return World(tmp_path)


@pytest.fixture
def long_world(tmp_path: Path) -> World:
    """In steps of four minutes: the longest that Prometheus takes for one series without gaps."""
    return World(tmp_path, "4m")
