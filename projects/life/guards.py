"""Conditions of transitions. Each returns why it does not hold, ``""`` when it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime

from projects.findings import BLOCK
from projects.grading import PASSING
from projects.life.case import Case
from projects.life.checks import submission_findings
from projects.models import ReviewSetting, TargetTable
from projects.selectors.duplicates import filed_twice
from projects.selectors.findings import compared_findings, setup_of
from projects.selectors.sheets import standing
from projects.services import revisions

SHOWN_FINDINGS = 5


@dataclass(frozen=True, slots=True)
class Guard:
    """``text`` is the guard's line in README."""

    text: str
    check: Callable[[Case], str]


def moment(value: datetime) -> str:
    return f"{localtime(value):%Y年%-m月%-d日 %H:%M}"


def _filing_open(case: Case) -> str:
    due = case.table.fiscal_year.due
    late = due is not None and case.now > due
    first = not case.adjusting and case.table.status == TargetTable.Status.DRAFT
    if due is None or not (late and first):
        return ""
    return f"{case.table.fiscal_year}的送审已于{moment(due)}截止；确需送审请联系管理员延长期限"


def _still_filing(case: Case) -> str:
    due = case.table.fiscal_year.due
    if due is None or case.now <= due or case.adjusting:
        return ""
    return f"送审已于{moment(due)}截止，撤回后将不能再次送审；需要修改请联系审核人退回"


def _complete(case: Case) -> str:
    if not case.check_content:
        return ""
    setup = setup_of(case.table.fiscal_year_id)
    case.findings = submission_findings(case.content, setup) + compared_findings(case.table.pk)
    blocking = [finding for finding in case.findings if finding.level == BLOCK]
    if not blocking:
        return ""
    listed = "；".join(finding.text for finding in blocking[:SHOWN_FINDINGS])
    more = f"；等共{len(blocking)}处" if len(blocking) > SHOWN_FINDINGS else ""
    return f"还有必须修改的问题：{listed}{more}"


def _not_own(case: Case) -> str:
    own = case.table.submitted_by_id is not None and case.table.submitted_by_id == case.user.pk
    return "这张表是您本人送审的，须由他人审核" if own else ""


def _not_passed_by_self(case: Case) -> str:
    own = case.passed_by is not None and case.passed_by == case.user.pk
    return "这张表的部门审核是您本人办理的，须由他人批复" if own else ""


def _under_adjustment(case: Case) -> str:
    return "" if case.adjusting else "这张表不在调整中"


def _not_under_adjustment(case: Case) -> str:
    return "这张表正在调整，已批复的版本仍然有效，不能作废；不再调整请用“取消调整”" if case.adjusting else ""


TAKEN = "同一年度、同一项目已有另一张有效的表"


def _place_free(case: Case) -> str:
    """No other live table stands for the same project, or for the same title, in the same year."""
    table = case.table
    others = TargetTable.objects.filter(fiscal_year=table.fiscal_year_id, kind=table.kind).exclude(pk=table.pk)
    others = others.exclude(status__in=TargetTable.RETIRED)
    if table.project_id is not None:
        taken = others.filter(project=table.project_id).exists()
    elif table.kind == TargetTable.Kind.PROJECT:
        taken = False
    else:
        same = others.filter(project=None, department=table.department_id, title_key=table.title_key)
        taken = same.exists()
    return TAKEN if taken else ""


def _filed_once(case: Case) -> str:
    if not case.check_content:
        return ""
    project = case.content.project
    return filed_twice(case.table, code=project.code, name=project.name)


def _intact(case: Case) -> str:
    revision = case.table.approved_revision if case.check_content else None
    fault = revisions.fault(revision) if revision else ""
    return f"已批复的{revision}{fault}，不能恢复，请联系管理员" if fault else ""


def _answered(case: Case) -> str:
    number = case.must.unanswered
    return f"还有 {number} 条“必须修改”的审核意见没有答复，请逐条答复后再送审" if number else ""


def _resolved(case: Case) -> str:
    number = case.must.pending
    if not number:
        return ""
    return f"还有 {number} 条“必须修改”的意见没有解决（其中 {case.must.open} 条没有答复），请标为已解决，或退回修改"


def _sheet(case: Case) -> str:
    if case.sheet_demand == ReviewSetting.Demand.REQUIRED and case.sheet_missing:
        return f"{case.table.fiscal_year}要求填完审核表，还缺：{'、'.join(case.sheet_missing)}"
    grade = standing(case.sheet).grade if case.sheet else ""
    if grade and grade not in PASSING:
        return f"审核表总评为“{grade}”，按规定应修改完善后重新报送，请退回"
    return ""


def _must_open(case: Case) -> str:
    return "" if case.must.open else "退回须填写原因，或至少提出一条“必须修改”的意见"


FILING_OPEN = Guard("首次送审须在送审截止之前（退回后再送审、调整不受此限）", _filing_open)
STILL_FILING = Guard("送审截止之后不能撤回（否则无法再送）；调整不受此限", _still_filing)
COMPLETE = Guard("检查没有“须修改”的问题", _complete)
NOT_OWN = Guard("不是本人送审的", _not_own)
NOT_PASSED_BY_SELF = Guard("不是本人部门审核通过的", _not_passed_by_self)
UNDER_ADJUSTMENT = Guard("正在调整", _under_adjustment)
NOT_UNDER_ADJUSTMENT = Guard("不在调整中", _not_under_adjustment)
PLACE_FREE = Guard("同一年度、同一项目没有另一张有效的表", _place_free)
FILED_ONCE = Guard("本部门本年度没有同名（或同编码）项目的另一张表", _filed_once)
INTACT = Guard("批复的版本校验无误", _intact)
ANSWERED = Guard("每条“必须修改”的审核意见都已答复", _answered)
RESOLVED = Guard("没有未解决的“必须修改”意见", _resolved)
SHEET = Guard("年度要求审核表的，本级审核表已填完；审核表总评不是中、差", _sheet)
MUST_OPEN = Guard("至少一条待处理的“必须修改”意见", _must_open)
