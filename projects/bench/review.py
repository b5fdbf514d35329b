"""The review page of a table with 60 indicators and 40 comments on SQLite, in a process of its own."""

from __future__ import annotations

import uuid
from typing import Any

from projects.bench.child import Job
from projects.bench.report import Report, Row
from projects.bench.timing import compare, folder, in_child, noise

INDICATORS, COMMENTS = 60, 40
MOST_MS = 300.0


def run(report: Report) -> None:
    """Print the medians; the page is what the reviewer waits for, hundreds of times a week."""
    rounds = 4 if report.quick else 20
    with folder() as place:
        database = f"sqlite:///{place / 'bench.sqlite3'}"
        found = in_child("review:job", rounds, database=database)
    rows = []
    for name, seconds in found["medians"].items():
        need = {"need": f"< {MOST_MS:g} ms", "met": seconds * 1000 < MOST_MS} if name in found["asked"] else {}
        rows.append(Row(name, f"{seconds * 1000:.1f}", **need))
    title = f"SQLite：{INDICATORS} 个指标、{COMMENTS} 条意见的表，第二轮审核 review"
    report.table(title, "毫秒 ms", rows)
    counts = "，".join(f"{name} {count} 条语句" for name, count in found["queries"].items())
    report.note(f"{counts}；{found['noise']}")


def job(rounds: str) -> Job:
    """Time requests on the database that the environment names."""
    import json

    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from projects.life import checks
    from projects.models import Department, Membership, Role, User
    from projects.models import TargetTable as Stored
    from projects.services import entry
    from projects.services.reviewing import comments
    from projects.store import Entry, row_uids, save_tables
    from projects.workflow import apply

    call_command("migrate", verbosity=0)
    bureau = Department.objects.create(code="1", name="财政局")
    people = {}
    for role in (Role.OFFICER, Role.DEPARTMENT_REVIEWER):
        people[role] = User.objects.create(username=role)
        Membership.objects.create(user=people[role], department=bureau, role=role)
    officer, reviewer = people[Role.OFFICER], people[Role.DEPARTMENT_REVIEWER]
    rules = checks.SUBMISSION_CHECKS
    checks.SUBMISSION_CHECKS = []  # what the made-up tables lack must not stop their submission
    save_tables([Entry(_table(2026), bureau)])
    pk = save_tables([Entry(_table(2027), bureau)]).saved[0].pk or 0

    def act(user: User, action: str) -> None:
        version = Stored.objects.values_list("version", flat=True).get(pk=pk)
        apply(table_id=pk, action=action, user=user, version=version, reason="理由")

    act(officer, "submit")
    uids = row_uids([pk])[pk]["indicators"]
    for number in range(COMMENTS):
        path = f"indicators/{uids[number]}/value"
        comments.add(
            user=reviewer, table_id=pk, uid=uuid.uuid4().hex, kind="must", anchor="cell", path=path, text="请说明依据"
        )
    act(reviewer, "return")
    for comment in Stored.objects.get(pk=pk).comments.all():
        comments.act(
            user=officer, table_id=pk, number=comment.pk, version=comment.version, act="answer", text="已补充依据"
        )
    changes = [{"op": "set", "path": f"indicators/{uid}/value", "value": "≥99%"} for uid in uids[:COMMENTS]]
    version = Stored.objects.values_list("version", flat=True).get(pk=pk)
    entry.apply_changes(table_id=pk, user=officer, version=version, batch=str(uuid.uuid4()), changes=changes)
    act(officer, "submit")
    checks.SUBMISSION_CHECKS = rules
    client = Client(headers={"host": "localhost"})
    client.force_login(reviewer)
    yield

    def get(address: str) -> Any:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")

    def pulse() -> None:
        body = json.dumps({"cursor": 10_000})
        answer = client.post(f"/tables/{pk}/review/pulse/", body, content_type="application/json")
        if answer.status_code != 200:
            raise RuntimeError(answer.content.decode())

    ways = {
        "打开审核页（整页）": lambda: get(f"/tables/{pk}/review/"),
        "打开审核页的数据": lambda: get(f"/tables/{pk}/review/data/"),
        "审核队列": lambda: get("/review/data/"),
        "轮询，没有变化": pulse,
    }
    queries = {}
    for name in ways:
        if name.startswith("打开"):
            with CaptureQueriesContext(connection) as captured:
                ways[name]()
            queries[name] = len(captured)  # counted at once: the next request empties the list
    times = compare(ways, rounds=int(rounds))
    return {
        "medians": {name: found.median for name, found in times.items()},
        "asked": [name for name in ways if name.startswith("打开")],
        "queries": queries,
        "noise": noise(times),
    }


def _table(year: int) -> Any:
    from decimal import Decimal

    from projects.targettable import DepartmentRef, Funding, Goals, Indicator, PlanPoint, Project, TargetTable

    levels = [
        ("产出指标", "数量指标", "output.quantity"),
        ("效益指标", "社会效益指标", "outcome.social"),
        ("满意度指标", "服务对象满意度指标", "satisfaction.beneficiaries"),
    ]
    indicators = []
    for number in range(INDICATORS):
        one, two, code = levels[number * 3 // INDICATORS]
        text = f"第{number}项服务对象应保尽保人数占比及其完成情况"
        value = f"≥{number + year - 2026}%"
        indicators.append(Indicator(one, two, text, "按季度统计、" * 6, value, "年度工作计划", category=code))
    total = Decimal("682000.00")
    return TargetTable(
        layout="hebei",
        fiscal_year=year,
        title="1.综合项目绩效目标表",
        department=DepartmentRef("1", "财政局"),
        project=Project(code="P1", name="综合项目", purpose="用于" * 100),
        funding=Funding(total=total, fiscal=total, other=Decimal(0)),
        spend_plan=[PlanPoint(month, Decimal(share)) for month, share in (("06", "50"), ("12", "100"))],
        goals=Goals("", f"{year}年目标" * 60),
        indicators=indicators,
    )
