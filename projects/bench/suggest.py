"""Suggestions while typing, with 100,000 indicators in the library and 100,000 in approved tables; both databases."""

from __future__ import annotations

import random
from typing import Any

from projects.bench.child import Job
from projects.bench.report import Report, Row
from projects.bench.store import fresh_database
from projects.bench.timing import compare, folder, in_child, noise

COUNT, QUICK_COUNT = 100_000, 10_000
PER_TABLE = 10
BATCH = 500
MOST_MS = 100.0
ROUNDS, QUICK_ROUNDS = 8, 3
RARE, COMMON = "极光", "发放"
NAMED = "优抚对象发放准确率"
CASES = {
    f"两字“{COMMON}”（到处都有）": {"q": COMMON},
    f"两字“{COMMON}”，不分类别": {"q": COMMON, "category": ""},
    f"两字“{RARE}”（少有）": {"q": RARE},
    "两字“咖啡”（没有）": {"q": "咖啡"},
    "四字“补助发放”": {"q": "补助发放"},
    "一个字“率”": {"q": "率"},
    "还没有输入": {"q": ""},
    "指标值，同名指标": {"field": "value", "name": NAMED},
    "依据，两字“办法”": {"field": "basis", "q": "办法", "name": NAMED},
    "依据，没有的两字": {"field": "basis", "q": "咖啡", "name": NAMED},
    "依据，没有的两字，不分类别": {"field": "basis", "q": "咖啡", "category": ""},
}
_WHO = {"全部部门": "everything", "一个部门": "one"}
_WORDS = (
    "优抚", "对象", "补助", "发放", "培训", "采购", "设备", "网格", "信息", "采集",
    "宣传", "活动", "人员", "项目", "系统", "运行", "检查", "公共", "服务", "环境",
)  # fmt: skip
_ENDS = ["人数", "次数", "准确率", "及时率", "合格率", "覆盖率", "完成率", "满意度", "数量", "时间"]
_CATEGORIES = ("output.quantity", "output.quality", "output.timeliness", "outcome.social", "satisfaction.beneficiaries")


def run(report: Report) -> None:
    """Print the medians of whole requests."""
    count, rounds = (QUICK_COUNT, QUICK_ROUNDS) if report.quick else (COUNT, ROUNDS)
    with folder() as place:
        _show(
            report, "SQLite", count, in_child("suggest:job", count, rounds, database=f"sqlite:///{place / 's.sqlite3'}")
        )
    try:
        with report.postgres() as server, fresh_database(server) as address:
            _show(report, "PostgreSQL", count, in_child("suggest:job", count, rounds, database=address))
    except RuntimeError as error:
        report.missing(f"填报建议（PostgreSQL）：{error}")


def _show(report: Report, database: str, count: int, found: dict[str, Any]) -> None:
    rows = []
    for name, seconds in found["medians"].items():
        ms = seconds * 1000
        rows.append(Row(name, f"{ms:.1f}", need=f"< {MOST_MS:g} ms", met=ms < MOST_MS))
    report.table(f"{database}：指标库 {count:,} 个、已批复的表 {count:,} 行指标，填报建议 suggestions", "毫秒 ms", rows)
    report.note(f"每次请求至多 {found['queries']} 条语句；{found['noise']}")


def job(count: str, rounds: str) -> Job:
    """Child's job: fill, then time each request for who sees everything and who sees one department."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from projects.models import Department, Membership, Role, TargetTable, User

    fill(int(count))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    one = Department.objects.get(code="003004")
    table = TargetTable.objects.filter(department=one).order_by("id")[0]
    clients = {}
    for label, name in _WHO.items():
        user = User.objects.create_user(name)
        Membership.objects.create(user=user, role=Role.OFFICER, department=one if name == "one" else None)
        clients[label] = Client(headers={"host": "localhost"})
        clients[label].force_login(user)
    yield
    asked = {"field": "name", "category": "output.quality", "q": ""}
    address = f"/tables/{table.pk}/fill/suggest/"
    ways = {
        f"{what}，{who}": lambda client=client, case=case: _get(client, address, asked | case)
        for what, case in CASES.items()
        for who, client in clients.items()
    }
    queries = 0
    for way in ways.values():
        with CaptureQueriesContext(connection) as captured:
            way()
        queries = max(queries, len(captured))
    times = compare(ways, rounds=int(rounds))
    connection.close()
    return {
        "medians": {name: found.median for name, found in times.items()},
        "queries": queries,
        "noise": noise(times),
    }


def _get(client: Any, address: str, query: dict[str, str]) -> None:
    if client.get(address, query).status_code != 200:
        raise RuntimeError(address)


def fill(count: int) -> None:
    """A library of ``count`` indicators, and as many rows of approved tables; the same at every run."""
    from projects.bench import list_page
    from projects.models import TargetTable
    from projects.services.approved import file_many
    from projects.targettable import Indicator
    from projects.targettable import TargetTable as Content

    list_page.fill(count // PER_TABLE)
    chance = random.Random(101)  # noqa: S311  not a secret

    def name(number: int) -> str:
        words = "".join(chance.choices(_WORDS, k=3)) + chance.choice(_ENDS)
        return words + (RARE if number % 5_000 == 0 else "")

    library_rows(count, chance, name)
    TargetTable.objects.update(status="approved")
    tables = list(TargetTable.objects.select_related("department").order_by("id"))
    for start in range(0, len(tables), BATCH):
        pairs = []
        for row in tables[start : start + BATCH]:
            made = [
                Indicator(
                    name=NAMED if number == 0 and row.pk % 50 == 0 else name(row.pk * PER_TABLE + number),
                    value=f"≥{chance.randrange(50, 101)}%",
                    unit="%",
                    basis=chance.choice(("年度工作计划", "管理办法", "历史标准")),
                    description="按年度统计实际完成的情况",
                    category=chance.choice(_CATEGORIES),
                )
                for number in range(PER_TABLE)
            ]
            pairs.append((row, Content(indicators=made)))
        file_many(pairs)


def library_rows(count: int, chance: random.Random, name: Any) -> None:
    from django.utils import timezone

    from indicators.models import LibraryIndicator
    from projects.models import Department
    from projects.models.keys import natural_key
    from projects.services.library import write_texts

    places = [None, *Department.objects.order_by("id").values_list("id", flat=True)]
    now = timezone.now()
    seen: set[str] = set()
    made = []
    while len(made) < count:
        text = name(len(made))
        text = f"{text}{len(made)}" if text in seen else text
        seen.add(text)
        made.append(
            LibraryIndicator(
                category=chance.choice(_CATEGORIES),
                name=text,
                name_key=natural_key(text),
                explanation="反映完成情况，按月统计",
                basis="管理办法",
                value=f"≥{chance.randrange(50, 101)}%",
                unit="%",
                department_id=chance.choice(places) if len(made) % 2 else None,
                created_at=now,
                updated_at=now,
            )
        )
    LibraryIndicator.objects.bulk_create(made, batch_size=2_000)
    stored = list(LibraryIndicator.objects.order_by("id"))
    for start in range(0, len(stored), 5_000):
        write_texts(stored[start : start + 5_000])
