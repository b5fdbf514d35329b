"""Amounts, percents and days: read exactly, printed exactly, never repaired."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.layouts.values import (
    UNITS,
    day_of_serial,
    parse_day,
    parse_money,
    parse_number,
    parse_percent,
    print_money,
    print_percent,
)
from projects.targettable import decimal_text


@pytest.mark.parametrize(
    ("text", "unit", "yuan"),
    [
        ("1,008.14", "万元", "10081400.00"),
        ("682000.00", "元", "682000.00"),
        ("93.3", "万元", "933000.00"),
        ("0", "万元", "0.00"),
        ("0.00", "元", "0.00"),
        (" 20.00 ", "万元", "200000.00"),
        ("-3.5", "万元", "-35000.00"),
        ("-1,000", "元", "-1000.00"),
        ("2万元", "元", "20000.00"),
        ("20000元", "万元", "20000.00"),
        ("1.5亿元", "万元", "150000000.00"),
        ("3千元", "元", "3000.00"),
        ("5", "千元", "5000.00"),
        ("¥100", "元", "100.00"),
        ("￥ 100", "元", "100.00"),
        ("１，００８．１４", "万元", "10081400.00"),
        ("－１２", "元", "-12.00"),
        ("100 元", "万元", "100.00"),
        ("0.123456", "万元", "1234.56"),
        ("0.1234567", "万元", "1234.567"),
        ("12.34567", "元", "12.34567"),
        ("1,234,567,890,123.45", "元", "1234567890123.45"),
    ],
)
def test_money_is_read_in_yuan(text: str, unit: str, yuan: str) -> None:
    amount = parse_money(text, unit)
    assert isinstance(amount, Decimal)
    assert decimal_text(amount) == yuan


@pytest.mark.parametrize("text", ["", " ", "\u3000"])
def test_money_blank_is_none(text: str) -> None:
    assert parse_money(text, "元") is None


@pytest.mark.parametrize(
    "text",
    ["10.08.14", "1,00", "1,0000", "约100", "100-200", "一百万", "100万", "--5", "1e5", "100%", "12 34", ".5", "5."],
)
def test_money_unreadable_stays_text(text: str) -> None:
    assert parse_money(text, "万元") == text


@pytest.mark.parametrize(
    ("yuan", "unit", "style", "zero", "printed"),
    [
        ("10081400", "万元", "#,##0.00", False, ("1,008.14", "#,##0.00")),
        ("0", "万元", "#,##0.00", False, ("0.00", "#,##0.00")),
        ("0", "万元", "#,##0.00", True, ("0", "0")),
        ("682000", "元", "0.00", False, ("682000.00", "0.00")),
        ("0", "元", "0.00", True, ("0", "0")),
        ("933000", "万元", "General", False, ("93.3", "General")),
        ("20000", "万元", "General", False, ("2", "General")),
        ("12345.67", "万元", "#,##0.00", False, ("1.234567", "#,##0.000000")),
        ("12345.67", "万元", "General", False, ("1.234567", "General")),
        ("-35000", "万元", "#,##0.00", False, ("-3.50", "#,##0.00")),
        ("1234567890123.45", "元", "0.00", False, ("1234567890123.45", "0.00")),
    ],
)
def test_money_printed_by_style_and_never_rounded(
    yuan: str, unit: str, style: str, zero: bool, printed: tuple[str, str]
) -> None:
    assert print_money(Decimal(yuan), unit, style, zero) == printed


@given(
    cents=st.integers(-(10**15), 10**15),
    unit=st.sampled_from(sorted(UNITS)),
    style=st.sampled_from(["#,##0.00", "0.00", "General"]),
    zero=st.booleans(),
)
def test_money_printed_reads_as_the_same_amount(cents: int, unit: str, style: str, zero: bool) -> None:
    amount = Decimal(cents) / 100
    assert parse_money(print_money(amount, unit, style, zero)[0], unit) == amount


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_money_with_many_places_is_not_rounded(amount: Decimal) -> None:
    assert parse_money(print_money(amount, "万元", "General", False)[0], "万元") == amount


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25.00%", Decimal(25)),
        ("100%", Decimal(100)),
        ("0%", Decimal(0)),
        ("33.33", Decimal("33.33")),
        ("５０％", Decimal(50)),
        (" 75 % ", Decimal(75)),
        ("", None),
        ("10075.00%", "10075.00%"),
        ("100.01%", "100.01%"),
        ("-1%", "-1%"),
        ("25%%", "25%%"),
        ("25-50%", "25-50%"),
        ("未定", "未定"),
    ],
)
def test_percent(text: str, value: Decimal | str | None) -> None:
    found = parse_percent(text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("value", "text"), [("25", "25.00%"), ("33.333", "33.333%"), ("1E+2", "100.00%"), ("0", "0.00%")]
)
def test_percent_printed(value: str, text: str) -> None:
    assert print_percent(Decimal(value)) == text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-01-01", date(2021, 1, 1)),
        ("2020/1/6", date(2020, 1, 6)),
        ("2022.12.31", date(2022, 12, 31)),
        ("2021年3月5日", date(2021, 3, 5)),
        ("2021年 3月 5 日", date(2021, 3, 5)),
        ("20210305", date(2021, 3, 5)),
        ("2021-01-01 00:00:00", date(2021, 1, 1)),
        ("2024-02-29", date(2024, 2, 29)),
        ("", None),
        ("2021-02-29", "2021-02-29"),
        ("2021-13-01", "2021-13-01"),
        ("20210230", "20210230"),
        ("2021-00-10", "2021-00-10"),
        ("2021年3月", "2021年3月"),
        ("2021年", "2021年"),
        ("长期", "长期"),
        ("2021-01-01 至 2021-12-31", "2021-01-01 至 2021-12-31"),
    ],
)
def test_day(text: str, day: date | str | None) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("44561", date(2021, 12, 31)),
        ("44197", date(2021, 1, 1)),
        ("44197.0", date(2021, 1, 1)),
        ("43836", date(2020, 1, 6)),
        ("2021", None),
        ("441970", None),
        ("44197.5", None),
        ("", None),
        ("2021-01-01", None),
    ],
)
def test_excel_serial_day(text: str, day: date | None) -> None:
    assert day_of_serial(text) == day


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10", Decimal(10)),
        ("12.5", Decimal("12.5")),
        ("10分", Decimal(10)),
        ("10%", Decimal(10)),
        ("", None),
        ("高", "高"),
        ("１０", Decimal(10)),
    ],
)
def test_number(text: str, value: Decimal | str | None) -> None:
    assert parse_number(text) == value
