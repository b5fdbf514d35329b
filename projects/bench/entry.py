"""One autosave of a table with 100 indicators on SQLite, in a process of its own: the request, and the bare service."""

from __future__ import annotations

import uuid
from typing import Any

from projects.bench.child import Job
from projects.bench.report import Report, Row
from projects.bench.timing import compare, folder, in_child, noise

INDICATORS = 100
MOST_MS = 50.0


def run(report: Report) -> None:
    """Print the medians; the request through the whole site is what the officer waits for."""
    rounds = 4 if report.quick else 20
    with folder() as place:
        database = f"sqlite:///{place / 'bench.sqlite3'}"
        found = in_child("entry:job", rounds, database=database)
    rows = []
    for name, seconds in found["medians"].items():
        need = {"need": f"< {MOST_MS:g} ms", "met": seconds * 1000 < MOST_MS} if name in found["asked"] else {}
        rows.append(Row(name, f"{seconds * 1000:.1f}", **need))
    report.table(f"SQLite：{INDICATORS} 个指标的表，自动保存 autosave", "毫秒 ms", rows)
    report.note(f"一次保存 {found['queries']} 条语句，含检索文本、校验值、审计和重放记录；{found['noise']}")


def job(rounds: str) -> Job:
    """Time saves on the database that the environment names."""
    import json

    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from projects.models import Department, Membership, Role, User
    from projects.models import TargetTable as Stored
    from projects.services import entry
    from projects.store import Entry, save_tables

    call_command("migrate", verbosity=0)
    bureau = Department.objects.create(code="1", name="财政局")
    officer = User.objects.create(username="officer")
    Membership.objects.create(user=officer, department=bureau, role=Role.OFFICER)
    saved = save_tables([Entry(_table(), bureau)]).saved[0]
    row = Stored.objects.select_related("department", "fiscal_year", "funding").get(pk=saved.pk)
    uids = entry.open_entry(row).uids["indicators"]
    client = Client(headers={"host": "localhost"})
    client.force_login(officer)
    yield
    turn = 0

    def body(*changes: dict[str, Any]) -> dict[str, Any]:
        nonlocal turn
        turn += 1
        version = Stored.objects.values_list("version", flat=True).get(pk=saved.pk)
        return {"version": version, "batch": str(uuid.uuid4()), "changes": list(changes)}

    def request(*changes: dict[str, Any]) -> None:
        answer = client.post(
            f"/tables/{saved.pk}/fill/changes/", json.dumps(body(*changes)), content_type="application/json"
        )
        if answer.status_code != 200:
            raise RuntimeError(answer.content.decode())

    def value() -> dict[str, Any]:
        return {"op": "set", "path": f"indicators/{uids[turn % INDICATORS]}/value", "value": f"≥{turn}%"}

    def bare() -> None:
        sent = body(value())
        entry.apply_changes(table_id=row.pk, user=User.objects.get(pk=officer.pk), **sent)

    ways = {
        "请求：改一格指标值（含检索文本）": lambda: request(value()),
        "请求：改一段目标（不动检索文本）": lambda: request(
            {"op": "set", "path": "goals.annual", "value": f"年度目标 {turn}"}
        ),
        "请求：最前面插入一行": lambda: request(
            {"op": "add", "list": "costs", "uid": str(uuid.uuid4()), "after": "", "values": {"content": "明细"}}
        ),
        "请求：移动一行到最前面": lambda: request(
            {"op": "move", "list": "indicators", "uid": uids[turn % INDICATORS], "after": ""}
        ),
        "只算服务：改一格指标值": bare,
        "打开填报页的数据": lambda: client.get(f"/tables/{saved.pk}/fill/data/"),
    }
    with CaptureQueriesContext(connection) as captured:
        request(value())
    queries = len(captured) - 1  # the version is asked for by the bench itself
    times = compare(ways, rounds=int(rounds))
    return {
        "medians": {name: found.median for name, found in times.items()},
        "asked": [name for name in ways if name.startswith("请求")],
        "queries": queries,
        "noise": noise(times),
    }


def _table() -> Any:
    from projects.targettable import DepartmentRef, Funding, Goals, Indicator, PlanPoint, Project, TargetTable

    levels = [("产出指标", "数量指标", "output.quantity"), ("效益指标", "社会效益指标", "outcome.social")]
    indicators = []
    for number in range(INDICATORS):
        one, two, code = levels[number * 2 // INDICATORS]
        text = f"第{number}项服务对象应保尽保人数占比及其完成情况"
        indicators.append(Indicator(one, two, text, "按季度统计、" * 6, f"≥{number}%", "年度工作计划", category=code))
    return TargetTable(
        layout="hebei",
        fiscal_year=2027,
        title="1.综合项目绩效目标表",
        department=DepartmentRef("1", "财政局"),
        project=Project(code="P1", name="综合项目", purpose="用于" * 100),
        funding=Funding(),
        spend_plan=[PlanPoint(month) for month in ("03", "06", "10", "12")],
        goals=Goals("", "目标" * 200),
        indicators=indicators,
    )
