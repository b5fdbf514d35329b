import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_login_page_loads_without_script_or_policy_errors(live_server, page) -> None:
    answer = page.goto(f"{live_server.url}/login/")
    assert answer.status == 200
    assert page.locator("input[name=password]").is_visible()
