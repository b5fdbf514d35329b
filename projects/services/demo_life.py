"""Tables of the demonstration in every state of their life, brought there by the services that the pages use.

The sample tables keep every word of their content, so that they can be compared with the files they came from. What is
changed on the way (a second round, an adjustment) are tables of the next year that continue them.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from projects import workflow
from projects.models import Department, FiscalYear, ReviewComment, Revision, TargetTable, TransitionRecord, User
from projects.rules.dimensions import ITEM_KEYS
from projects.services import creating, entry, publicity, submitting
from projects.services.reviewing import assigning, comments, deciding, shared, sheets
from projects.services.reviewing.findings import findings_of
from projects.services.revisions import content_of
from projects.services.years import create_year
from projects.store import row_uids

logger = logging.getLogger(__name__)
REFUSALS = (
    submitting.SubmitRefused,
    workflow.WorkflowError,
    comments.CommentRefused,
    sheets.SheetRefused,
    deciding.DecisionRefused,
    entry.Closed,
    entry.BadChange,
    ValueError,
    IndexError,
)
PLACE = "深圳市龙华区社区网格管理中心"
YEAR = 2021
WHY = "提醒的事项已逐条核对，按实际情况填报"
# Rows are named by their place among the indicators: where the comment stands, its kind, its text.
Remark = tuple[str, str, str]
SUBMITTED = ("政府绩效考核专项", "计划生育考核")
COMMENTED: tuple[str, Sequence[Remark]] = (
    "信息管理事务",
    (
        ("goals.annual", "must", "“2121年合同款项”应为2021年，请核对后修改。"),
        ("indicators/6/value", "advice", "建议写明统计口径，如全年故障停机不超过几小时。"),
        ("indicators/15/value", "must", "“龙华区”不是目标值，请写可以衡量的效果。"),
    ),
)
PASSED = ("网格管理事务", "基层治理事务")
RETURNED: tuple[str, Sequence[Remark]] = (
    "日常管理事务",
    (
        ("indicators/0/value", "must", "请写明单位：服务几次，还是几家律师事务所？"),
        ("indicators/4", "must", "“律师服务费使用率”是资金投入，不是质量指标，请改为服务质量方面的指标。"),
        ("indicators/10/value", "advice", "“提升”过于笼统，可以按等级或满意度调查结果填写。"),
        ("goals.annual", "advice", "“进加强和规范财务”似有多余的字，请核对。"),
    ),
)
ANSWER = "指聘请1家律师事务所，已在单位后补充说明。"
APPROVED, RELEASED = "党建及机关队伍建设", "数字化城管事务管理（信息采集员）"
SECOND, ADJUSTED = "网格信息采集工作", "机构运行辅助管理"
BLOCKS = (
    ("请写明指标值的计量单位。", "must", "value"),
    ("目标值过于笼统，请量化，或写明可以核对的等级。", "must", "value"),
    ("请补充指标值确定依据的文件名称和文号。", "advice", "basis"),
)


@dataclass(slots=True)
class People:
    officer: User
    reviewer: User
    finance: User
    admin: User


def bring_to_life(*, officer: User, reviewer: User, finance: User, admin: User) -> int:
    """Send the samples of one department on their way; return how many tables were moved or made.

    Does nothing where any table has been on its way before, and nothing at all where one of the steps is refused:
    what people did in the demonstration, and changed in its tables, is theirs.
    """
    try:
        with transaction.atomic():
            return _live(People(officer, reviewer, finance, admin))
    except REFUSALS as refusal:
        logger.warning("the demo's tables stay drafts: %s: %s", type(refusal).__name__, refusal)
        return 0


def _live(people: People) -> int:
    place = Department.objects.filter(name=PLACE).first()
    year = FiscalYear.objects.filter(year=YEAR).first()
    if place is None or year is None or TransitionRecord.objects.exists():
        return 0
    names = (*SUBMITTED, COMMENTED[0], *PASSED, RETURNED[0], APPROVED, RELEASED)
    listed = TargetTable.objects.filter(department=place, fiscal_year=year, status="draft")
    ids = dict(listed.values_list("label", "pk"))
    if any(name not in ids for name in (*names, SECOND, ADJUSTED)):
        return 0
    for text, kind, field in BLOCKS:
        shared.save_block(user=people.reviewer, text=text, kind=kind, field=field, shared=True)
    for name in names:
        _submit(people, ids[name])
    _first_year(people, year, ids)
    following = FiscalYear.objects.filter(year=YEAR + 1).first() or create_year(user=people.admin, number=YEAR + 1)
    made = creating.bulk_create(
        user=people.officer,
        year=following,
        tables=[ids[SECOND], ids[ADJUSTED]],
        take=("goals", "indicators", "funding", "plan"),
    )
    pairs = dict(made.created)
    if ids[SECOND] in pairs:
        _second_round(people, pairs[ids[SECOND]])
    if ids[ADJUSTED] in pairs:
        _adjustment(people, pairs[ids[ADJUSTED]])
    return len(names) + len(pairs)


def _first_year(people: People, year: FiscalYear, ids: dict[str, int]) -> None:
    name, remarks = COMMENTED
    _comment(people.reviewer, ids[name], remarks)
    assigning.assign(user=people.reviewer, tables=[ids[name]], how=assigning.HAND, users=[people.reviewer.pk])
    name, remarks = RETURNED
    first = _comment(people.reviewer, ids[name], remarks)[0]
    _decide(people.reviewer, ids[name], "return", grade="中", reason="请按意见逐条修改后再送审。")
    now = ReviewComment.objects.get(pk=first.pk)
    comments.act(user=people.officer, table_id=ids[name], number=now.pk, version=now.version, act="answer", text=ANSWER)
    for name in (*PASSED, APPROVED, RELEASED):
        _decide(people.reviewer, ids[name], "pass", grade="良")
    _comment(people.finance, ids[PASSED[0]], [("funding.total", "advice", "请说明与上年相比金额变化的原因。")])
    for name, grade in ((APPROVED, "良"), (RELEASED, "优")):
        _decide(people.finance, ids[name], "approve", grade=grade)
    row = TargetTable.objects.get(pk=ids[RELEASED])
    publicity.release(user=people.admin, year=year, seen={row.pk: row.approved_revision_id or 0})


def _second_round(people: People, pk: int) -> None:
    """Returned once, changed and answered, and now before the reviewer again; last year's table stands beside it."""
    _submit(people, pk)
    remarks = [
        ("indicators/0/value", "must", "比上年没有变化，请按今年的网格员人数核定。"),
        ("indicators/4/value", "must", "“及时”不能衡量，请写明几日内完成。"),
        ("goals.annual", "advice", "年度目标与指标重复，建议只写要达到的结果。"),
    ]
    made = _comment(people.reviewer, pk, remarks)
    _decide(people.reviewer, pk, "return", grade="中", reason="请核定数量，并把时效写具体。")
    rows = row_uids([pk])[pk]["indicators"]
    _type(people.officer, pk, {f"indicators/{rows[0]}/value": "2600套", f"indicators/{rows[4]}/value": "3个工作日内"})
    for comment, text in zip(
        made, ("已按2600名网格员核定。", "已改为3个工作日内。", "采纳，下年度调整写法。"), strict=True
    ):
        now = ReviewComment.objects.get(pk=comment.pk)
        comments.act(user=people.officer, table_id=pk, number=now.pk, version=now.version, act="answer", text=text)
    _submit(people, pk)


def _adjustment(people: People, pk: int) -> None:
    """Approved, then adjusted: a smaller amount and what follows from it wait for the department's review."""
    _submit(people, pk)
    _decide(people.reviewer, pk, "pass", grade="良")
    _decide(people.finance, pk, "approve", grade="良")
    row = TargetTable.objects.get(pk=pk)
    workflow.apply(
        table_id=pk, action="adjust", user=people.officer, version=row.version, reason="年中压减，临聘人员减少2名"
    )
    rows = row_uids([pk])[pk]["indicators"]
    changes = {"funding.total": "260", "funding.annual": "260", "funding.fiscal": "260"}
    _type(people.officer, pk, changes | {f"indicators/{rows[6]}/value": "≥90%"})
    _submit(people, pk)


def _version(pk: int) -> int:
    return TargetTable.objects.values_list("version", flat=True).get(pk=pk)


def _submit(people: People, pk: int) -> None:
    submitting.submit(user=people.officer, table_id=pk, version=_version(pk), reason=WHY)


def _type(user: User, pk: int, texts: dict[str, str]) -> None:
    changes: list[dict[str, Any]] = [{"op": "set", "path": path, "value": text} for path, text in texts.items()]
    entry.apply_changes(table_id=pk, user=user, version=_version(pk), batch=str(uuid.uuid4()), changes=changes)


def _comment(user: User, pk: int, remarks: Sequence[Remark]) -> list[ReviewComment]:
    rows = row_uids([pk])[pk]["indicators"]
    made = []
    for where, kind, text in remarks:
        first, _, rest = where.partition("/")
        number, _, leaf = rest.partition("/")
        path = "/".join(filter(None, (first, rows[int(number)], leaf))) if rest else where
        anchor = "row" if rest and not leaf else "cell"
        done = comments.add(
            user=user, table_id=pk, uid=str(uuid.uuid4()), kind=kind, anchor=anchor, path=path, text=text
        )
        made.append(done.comment)
    return made


def _decide(user: User, pk: int, action: str, *, grade: str, reason: str = "") -> None:
    """Fill in the level's sheet with one grade throughout, and decide on it."""
    row = TargetTable.objects.select_related("department", "fiscal_year").get(pk=pk)
    revision = Revision.objects.filter(table=row, cause=Revision.Cause.SUBMIT).order_by("-number").first()
    findings = findings_of(content_of(revision)) if revision else []
    items = {key: {"grade": grade} for key in ITEM_KEYS}
    sheet = sheets.save(user=user, table_id=pk, version=0, form="general", items=items, findings=findings)
    cursor = max(ReviewComment.objects.filter(table=row).values_list("changed", flat=True), default=0)
    deciding.decide(
        user=user,
        table_id=pk,
        action=action,
        version=row.version,
        cursor=cursor,
        reason=reason,
        resolve=action != "return",
        sheet=sheet.version,
    )
