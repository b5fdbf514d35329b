from collections.abc import Callable

import pytest
from django.test import Client

from projects.models import Department, Membership, TargetTable, User
from projects.store import Entry, save_tables
from projects.targettable import DepartmentRef
from projects.tests.generated import table as content

PASSWORD = "Correct-horse-7"


@pytest.fixture
def tree(db: None) -> dict[str, Department]:
    """district ⊃ (bureau ⊃ office, sibling); foreign stands beside."""
    district = Department.objects.create(code="1", name="某区")
    bureau = Department.objects.create(code="11", name="财政局", parent=district)
    return {
        "district": district,
        "bureau": bureau,
        "office": Department.objects.create(code="111", name="国库处", parent=bureau),
        "sibling": Department.objects.create(code="12", name="卫健局", parent=district),
        "foreign": Department.objects.create(code="2", name="外区"),
    }


@pytest.fixture
def tables(tree: dict[str, Department]) -> dict[str, TargetTable]:
    """One table per department."""
    found = {}
    for number, (place, department) in enumerate(tree.items()):
        ref = DepartmentRef(department.code, department.name)
        saved = save_tables([Entry(content(number, department=ref), department=department)]).saved[0]
        found[place] = TargetTable.objects.select_related("department", "fiscal_year").get(pk=saved.pk)
    return found


Person = Callable[..., User]


@pytest.fixture
def person(tree: dict[str, Department]) -> Person:
    """Make a person: ``person("name", officer="bureau", reader="")``; an empty place is everywhere."""

    def build(username: str, *, superuser: bool = False, **roles: str) -> User:
        user = User.objects.create_user(
            username, password=PASSWORD, display_name=f"{username}氏", is_superuser=superuser
        )
        for role, places in roles.items():
            for place in places.split("+"):
                Membership.objects.create(user=user, role=role, department=tree[place] if place else None)
        return user

    return build


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
