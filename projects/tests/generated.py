"""Target tables made up by hypothesis: whatever the interchange form can hold."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from projects.targettable import (
    Cost,
    DepartmentRef,
    Funding,
    Goals,
    Indicator,
    Item,
    PlanPoint,
    Project,
    Section,
    TargetTable,
    Task,
)

# Surrogates and NUL are removed where a text enters; no database takes them.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
odd_texts = st.sampled_from(
    ["", "10075.00%", "2020/1/6", "十万", "1,008.14", "1.5", "2021-01-01", '{"a"}', "\\N", "NULL"]
)
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20) | st.sampled_from(
    [Decimal(text) for text in ("0", "-0", "0.00", "-0.00", "95.10", "1E+3", "0.005", "1E-9", "99999999999999.99")]
)
amounts = st.none() | decimals | odd_texts
days = st.none() | st.dates(date(1900, 1, 1)) | odd_texts


def _rows(kind: type, **special: Any) -> st.SearchStrategy[Any]:
    names = [name for name in kind.__dataclass_fields__ if name not in special]
    return st.lists(st.builds(kind, **{name: words for name in names}, **special), max_size=3)


def target_tables(**fixed: Any) -> st.SearchStrategy[TargetTable]:
    indicators = _rows(Indicator, weight=amounts, quantity=amounts)
    parts: dict[str, Any] = {
        "layout": st.sampled_from(["", "longhua", "hebei"]),
        "kind": st.sampled_from(["project", "department", "summary"]),
        "fiscal_year": st.integers(1990, 2099),
        "title": words,
        "department": st.builds(DepartmentRef, code=st.sampled_from(["", "101"]), name=st.just("财政局")),
        "project": st.builds(
            Project,
            **{name: words for name in Project.__dataclass_fields__ if name not in ("start", "end", "fixed_assets")},
            start=days,
            end=days,
            fixed_assets=amounts,
        ),
        "funding": st.builds(Funding, **{name: amounts for name in Funding.__dataclass_fields__}),
        "spend_plan": _rows(PlanPoint, percent=amounts),
        "goals": st.builds(Goals, period=words, annual=words),
        "duties": words,
        "tasks": _rows(Task),
        "indicators": indicators,
        "period_indicators": indicators,
        "costs": _rows(Cost, amount=amounts),
        "items": _rows(Item, amount=amounts),
        "sections": _rows(Section),
        "extra": st.dictionaries(words, words, max_size=3),
    }
    return st.builds(TargetTable, **(parts | fixed))


def table(number: int = 1, **changes: Any) -> TargetTable:
    """A plain filled-in table of project ``number``, fit to be submitted."""
    made = TargetTable(
        layout="hebei",
        fiscal_year=2021,
        title=f"{number}.办公设备购置{number}绩效目标表",
        department=DepartmentRef("", "山海关区退役军人事务局"),
        project=Project(code=f"P{number:04d}", name=f"办公设备购置{number}", start=date(2021, 1, 1), period="一年"),
        funding=Funding(total=Decimal("200000.00"), fiscal=Decimal("200000.00"), other=Decimal("0.00")),
        spend_plan=[PlanPoint("03", Decimal("25.00")), PlanPoint("12", Decimal("100.00"))],
        goals=Goals("", "完成购置"),
        indicators=[
            Indicator(
                "产出指标", "数量指标", "购置台数", value="≥95台", category="output.quantity", quantity=Decimal("95")
            ),
            Indicator("效益指标", "社会效益指标", "验收合格率", value="100%", category="outcome.social", unit="%"),
            Indicator("满意度指标", "服务对象满意度指标", "职工满意度", value="≥90%"),
        ],
        costs=[Cost("电脑", amount=Decimal("20000.00"))],
        extra={"项目负责人": "张三", "电话": ""},
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made
