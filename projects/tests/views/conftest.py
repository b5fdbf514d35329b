from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from projects.models import Department, Membership, Role, User
from projects.models import TargetTable as Stored
from projects.store import Entry, save_tables
from projects.targettable import (
    DepartmentRef,
    Funding,
    Goals,
    Indicator,
    PlanPoint,
    Project,
    TargetTable,
)

Make = Callable[..., Stored]


@pytest.fixture
def person(db: None) -> User:
    """An officer of all departments: who sees what is the matter of other tests."""
    user = User.objects.create_user("officer", password="a-Long-pass-1", display_name="王晓梅")
    Membership.objects.create(user=user, role=Role.OFFICER)
    return user


@pytest.fixture
def client(person: User) -> Client:
    """Somebody who is logged in."""
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def departments(db: None) -> dict[str, Department]:
    bureau = Department.objects.create(code="321001", name="财政局")
    office = Department.objects.create(code="321001001", name="国库处", parent=bureau)
    return {"bureau": bureau, "office": office, "other": Department.objects.create(code="322001", name="卫健局")}


@pytest.fixture
def make(departments: dict[str, Department]) -> Make:
    """Store one table; what a test does not name is the same every time."""

    def build(
        name: str = "办公设备购置",
        *,
        department: str = "bureau",
        year: int = 2021,
        amount: str | None = "200000",
        layout: str = "hebei",
        kind: str = "project",
        code: str = "",
        status: str = "draft",
        indicator: str = "购置电脑数量",
        indicators: int = 1,
        rows: list[Indicator] | None = None,
        **fields: object,
    ) -> Stored:
        home = departments[department]
        total = None if amount is None else Decimal(amount)
        content = TargetTable(
            layout=layout,
            kind=kind,
            fiscal_year=year,
            title=f"{name}绩效目标表",
            department=DepartmentRef(home.code, home.name),
            project=Project(code=code, name=name) if kind == "project" else Project(),
            funding=Funding(total=total, fiscal=total, other=Decimal(0)),
            spend_plan=[PlanPoint("06", Decimal("50.00")), PlanPoint("12", Decimal("100.00"))],
            goals=Goals(annual="完成年度采购"),
            indicators=rows
            or [
                Indicator("产出指标", "数量指标", f"{indicator}{n or ''}", value="≥20台", category="output.quantity")
                for n in range(indicators)
            ],
        )
        for field, value in fields.items():
            setattr(content, field, value)
        saved = save_tables([Entry(content, department=home, source="样例.docx")]).saved[0]
        assert saved.pk, saved.reason
        Stored.objects.filter(pk=saved.pk).update(status=status)
        return Stored.objects.get(pk=saved.pk)

    return build
