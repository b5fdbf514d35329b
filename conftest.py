import pytest
from hypothesis import settings

# Two processes on two cores make single examples slow now and then; that is no failure.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_sessionstart() -> None:
    """Tests are collected without a database."""
    from projects.selectors.forms import stored_layouts

    stored_layouts.begin()


@pytest.fixture(autouse=True)
def _no_forms_left_over() -> None:
    """What a test before made known of the office's own forms went with its database."""
    from projects.selectors.forms import stored_layouts

    stored_layouts.begin()
