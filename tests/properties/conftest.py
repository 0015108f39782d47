import pytest

from monitor.store import open_store
from tests.properties.feeding import Blank


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Blank:
    path = tmp_path_factory.mktemp("stores") / "blank.db"
    open_store(f"sqlite:///{path}").dispose()
    return Blank(path)
