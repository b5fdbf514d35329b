import pytest
from hypothesis import settings

# Two processes on two cores make single examples slow now and then; that is no failure. What is handed in is judged on
# the same examples everywhere; new ones are looked for with --hypothesis-profile=search.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
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
