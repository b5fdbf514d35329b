"""The list of 100,000 tables, against the same list without filter form and totals. SQLite, through the test client."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from projects.bench.child import Job
from projects.bench.report import Report, Row, at_most
from projects.bench.timing import compare, folder, in_child, noise

COUNT, QUICK_COUNT = 100_000, 10_000
BATCH = 1_000
AT_MOST = 2.0
ROUNDS, QUICK_ROUNDS = 5, 2
COMMON, RARE = "绩效", "极光"
CASES = {
    "全部": "",
    "一个年度": "year=2022",
    "一个部门及下级": "department=1",
    "状态：草稿": "status=draft",
    "一种表式": "layout=hebei",
    "金额不低于 50 万元": "amount_min=50",
    "按金额排序": "sort=-amount",
    "第 100 页": "page=100",
    f"查两字“{COMMON}”（到处都有）": f"q={COMMON}",
    f"查两字“{COMMON}”，限年度": f"q={COMMON}&year=2022",
    f"查两字“{RARE}”（少有）": f"q={RARE}",
    "查四字": f"q={COMMON}{COMMON}",
}
_SYLLABLES = "绩效目标资金项目建设服务管理运行维护培训设备采购信息系统公共就业保障环境治理道路学校医院农村水利文化体育"


def run(report: Report) -> None:
    """Fill a database of its own and time page after page; the figure asked for is the ratio."""
    count = QUICK_COUNT if report.quick else COUNT
    with folder() as place:
        address = f"sqlite:///{place / 'list.sqlite3'}"
        job = in_child("list_page:measure", count, QUICK_ROUNDS if report.quick else ROUNDS, database=address)
    rows = []
    for name, (bare, full) in job["cases"].items():
        rows.append(Row(f"{name}：无筛选表单与合计", f"{bare * 1000:.1f}"))
        rows.append(Row(f"{name}：完整页面", f"{full * 1000:.1f}", **at_most(full / bare, AT_MOST)))
    report.table(f"列表页，{count:,} 张表，每页 50 张（SQLite）", "毫秒", rows)
    report.note(job["noise"])


def measure(count: str, rounds: str) -> Job:
    """Child's job: fill, then time each case both ways."""
    from django.test import Client
    from django.test.utils import override_settings

    from projects.models import Membership, Role, User

    fill(int(count))
    person = User.objects.create_user("bench")
    Membership.objects.create(user=person, role=Role.READER)
    yield
    cases: dict[str, tuple[float, float]] = {}
    worst: dict[str, Any] = {}
    with override_settings(ROOT_URLCONF="projects.bench.list_urls"):
        client = Client(headers={"host": "localhost"})
        client.force_login(person)
        for name, query in CASES.items():
            times = compare(
                {
                    "bare": lambda query=query: _get(client, f"/bare/?{query}"),
                    "full": lambda query=query: _get(client, f"/tables/?{query}"),
                },
                rounds=int(rounds),
            )
            cases[name] = (times["bare"].median, times["full"].median)
            worst |= {f"{name} {way}": found for way, found in times.items()}
    return {"cases": cases, "noise": noise(worst)}


def _get(client: Any, address: str) -> None:
    if client.get(address).status_code != 200:
        raise RuntimeError(address)


def fill(count: int) -> None:
    """Make ``count`` tables of 200 departments and five years, with five indicators each; the same at every run."""
    from django.core.management import call_command

    from projects.models import Department
    from projects.store import Entry, save_tables
    from projects.targettable import DepartmentRef, Funding, Goals, Indicator, Project, TargetTable

    call_command("migrate", verbosity=0)
    chance = random.Random(2015)  # noqa: S311  not a secret
    words = [chance.choice(_SYLLABLES) + chance.choice(_SYLLABLES) for _ in range(2_000)]
    departments = []
    for number in range(20):
        bureau = Department.objects.create(code=f"{number:03d}", name=f"第{number + 1}局")
        offices = [
            Department.objects.create(code=f"{number:03d}{k:03d}", name=f"{bureau.name}第{k}处", parent=bureau)
            for k in range(1, 10)
        ]
        departments += [bureau, *offices]

    def text(length: int) -> str:
        return "".join(chance.choice(words) for _ in range(length))

    def table(number: int) -> Entry:
        department = chance.choice(departments)
        total = Decimal(chance.randrange(10_000, 10**9)) / 100
        return Entry(
            TargetTable(
                layout=chance.choice(("hebei", "longhua", "mof-2015")),
                fiscal_year=2019 + number % 5,
                title="项目支出绩效目标表",
                department=DepartmentRef(department.code, department.name),
                project=Project(code=f"P{number:06d}", name=text(5) + (RARE if number % 5_000 == 0 else "")),
                funding=Funding(total=total, fiscal=total),
                goals=Goals(annual=text(20)),
                indicators=[
                    Indicator("产出指标", "数量指标", text(4), value=f"≥{chance.randrange(100)}%") for _ in range(5)
                ],
            ),
            department=department,
            position=number,
        )

    for start in range(0, count, BATCH):
        save_tables([table(number) for number in range(start, min(start + BATCH, count))])
