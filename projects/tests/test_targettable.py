"""The interchange form: keys always present, exact texts, and refusals that name what is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from projects.targettable import (
    SCHEMA,
    Cost,
    Indicator,
    PlanPoint,
    TargetTable,
    decimal_text,
    field_kind,
    leaf_text,
    leaves,
    parse_leaf,
)
from projects.tests.layouts.strategies import random_tables

relaxed = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


def test_empty_table_has_every_key() -> None:
    data = TargetTable().to_dict()
    assert list(data) == [
        "schema", "layout", "kind", "fiscal_year", "title", "department", "project", "funding", "spend_plan", "goals",
        "duties", "tasks", "indicators", "period_indicators", "costs", "items", "sections", "extra",
    ]  # fmt: skip
    assert data["schema"] == SCHEMA == "perfgoals.table/1"
    assert (data["layout"], data["kind"], data["fiscal_year"]) == ("", "project", None)
    assert list(data["department"].values()) == ["", ""]
    assert list(data["project"].items()) == [
        ("code", ""), ("name", ""), ("parent", ""), ("type", ""), ("usage", ""), ("start", None), ("end", None),
        ("period", ""), ("overview", ""), ("purpose", ""), ("fixed_assets", None), ("procurement", ""),
    ]  # fmt: skip
    assert set(data["funding"].values()) == {None}
    assert len(data["funding"]) == 12


def test_values_as_texts() -> None:
    table = TargetTable()
    table.project.start, table.project.end = date(2021, 1, 6), "2021-02-30"
    table.funding.total, table.funding.fiscal = Decimal("1E+3"), "约100"
    table.spend_plan = [PlanPoint("03", Decimal(25)), PlanPoint("06", "10075.00%"), PlanPoint("10")]
    table.indicators = [Indicator(weight=Decimal(10), quantity=Decimal("2.60"))]
    table.costs = [Cost("甲", amount=Decimal("0.001"))]
    data = table.to_dict()
    assert (data["project"]["start"], data["project"]["end"]) == ("2021-01-06", "2021-02-30")
    assert (data["funding"]["total"], data["funding"]["fiscal"]) == ("1000.00", "约100")
    assert [point["percent"] for point in data["spend_plan"]] == ["25.00", "10075.00%", None]
    assert (data["indicators"][0]["weight"], data["indicators"][0]["quantity"]) == ("10", "2.60")
    assert data["costs"][0]["amount"] == "0.001"
    assert TargetTable.from_dict(data) == table


@relaxed
@given(random_tables("project"))
def test_json_and_back(table: TargetTable) -> None:
    again = TargetTable.from_dict(table.to_dict())
    assert again == table
    assert again.to_dict() == table.to_dict()
    assert again.sha256() == table.sha256()


@relaxed
@given(random_tables("project"))
def test_every_leaf_survives_as_text(table: TargetTable) -> None:
    for path, value in leaves(table):
        bare = ".".join(part for part in path.split(".") if not part.isdigit())
        if path.startswith("extra.") or bare in ("fiscal_year", "kind"):
            continue
        assert parse_leaf(bare, leaf_text(bare, value)) == value


def test_hash_depends_on_content_alone() -> None:
    one, other = TargetTable(extra={"甲": "1", "乙": "2"}), TargetTable(extra={"乙": "2", "甲": "1"})
    assert one.sha256() == other.sha256()
    other.funding.total = Decimal(0)
    assert one.sha256() != other.sha256()
    one.funding.total = Decimal("0.00")
    assert one.sha256() == other.sha256()


def change(path: str, value: Any) -> dict[str, Any]:
    data = TargetTable(indicators=[Indicator()], spend_plan=[PlanPoint("03")]).to_dict()
    *parents, last = path.split(".")
    place: Any = data
    for key in parents:
        place = place[int(key) if key.isdigit() else key]
    place[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("schema", "perfgoals.table/2", "不是 perfgoals.table/1 格式：schema 为 'perfgoals.table/2'"),
        ("kind", "other", "kind 应为 project、department、summary"),
        ("fiscal_year", "2021", "fiscal_year 应为整数或 null"),
        ("fiscal_year", True, "fiscal_year 应为整数或 null"),
        ("fiscal_year", 2021.0, "fiscal_year 应为整数或 null"),
        ("title", None, "title 应为文字"),
        ("colour", "red", "表 有未知的键：colour"),
        ("project", [], "project 应为对象"),
        ("project.name", 1, "project.name 应为文字"),
        ("project.nmae", "", "project 有未知的键：nmae"),
        ("project.start", 20210101, "project.start 应为文字或 null"),
        ("funding.total", 100.5, "funding.total 应为文字或 null"),
        ("indicators", {}, "indicators 应为数组"),
        ("indicators.0.name", None, "indicators.name 应为文字"),
        ("indicators.0.quantity", 5, "indicators.quantity 应为文字或 null"),
        ("indicators.0.unknown", "", "indicators 有未知的键：unknown"),
        ("indicators.0", "甲", "indicators 应为对象"),
        ("extra", [], "extra 应为对象"),
    ],
)
def test_refusal_names_what_is_wrong(path: str, value: Any, message: str) -> None:
    data = change("indicators", [value]) if path == "indicators.0" else change(path, value)
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the whole text is compared below
        TargetTable.from_dict(data)
    assert str(refused.value) == message


def test_a_row_without_its_key_is_refused() -> None:
    with pytest.raises(ValueError, match="spend_plan 缺少 by"):
        TargetTable.from_dict({"schema": SCHEMA, "spend_plan": [{}]})
    with pytest.raises(ValueError, match="表 应为对象"):
        TargetTable.from_dict([])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("1E+3", 2, "1000.00"),
        ("5", 2, "5.00"),
        ("5.1", 2, "5.10"),
        ("5.123", 2, "5.123"),
        ("-0.5", 2, "-0.50"),
        ("7", 0, "7"),
    ],
)
def test_decimal_text(value: str, places: int, text: str) -> None:
    assert decimal_text(Decimal(value), places) == text


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("funding.total", "money"), ("project.fixed_assets", "money"), ("costs.amount", "money"),
        ("items.amount", "money"), ("spend_plan.percent", "percent"), ("spend_plan.by", "text"),
        ("project.start", "day"),
        ("indicators.weight", "number"), ("period_indicators.quantity", "number"), ("indicators.value", "text"),
    ],
)  # fmt: skip
def test_kind_of_a_leaf(path: str, kind: str) -> None:
    assert field_kind(path) == kind


def test_label_is_what_a_person_calls_the_table() -> None:
    table = TargetTable(title="项目支出绩效目标表")
    assert table.label() == "项目支出绩效目标表"
    table.project.name = "某项目"
    assert table.label() == "某项目"
    table.kind = "department"
    assert table.label() == "项目支出绩效目标表"
    table.title, table.department.name = "", "某局"
    assert table.label() == "某局"
