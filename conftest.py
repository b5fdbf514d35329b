import pytest
from hypothesis import settings

# Two processes on two cores make single examples slow now and then; that is no failure. What is handed in is judged on
# the same examples everywhere; new ones are looked for with --hypothesis-profile=search.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database", action="store_true", help="leave out tests that use no database: they ran before"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What uses no database cannot differ on another one."""
    if not config.getoption("--only-database"):
        return
    kept = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
    items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    wanted = {"db", "transactional_db", "live_server"}.intersection(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(wanted)


def pytest_sessionstart() -> None:
    """Tests are collected without a database."""
    from projects.selectors.forms import stored_layouts

    stored_layouts.begin()


@pytest.fixture(autouse=True)
def _no_forms_left_over() -> None:
    """What a test before made known of the office's own forms went with its database."""
    from projects.selectors.forms import stored_layouts

    stored_layouts.begin()
