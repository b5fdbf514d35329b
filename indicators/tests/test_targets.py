"""Target values: every spelling of the field notes and every value of the four sample documents, read exactly."""

from dataclasses import FrozenInstanceError, replace
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import dates, units
from indicators.target_words import chinese_number
from indicators.targets import Kind, Target, When, format_target, parse, understood

NUMBERS = [  # text, operator, quantity, unit
    # field notes, section 4
    ("100%", "", "100", "%"),
    ("=100%", "=", "100", "%"),
    ("≥95%", "≥", "95", "%"),
    ("≧90%", "≥", "90", "%"),
    ("═ 100", "=", "100", ""),
    (">=98%", "≥", "98", "%"),
    ("=100.00(%)", "=", "100.00", "%"),
    ("≥100百分比", "≥", "100", "%"),
    ("大于等于 | 98 | %", "≥", "98", "%"),
    ("95%以上", "≥", "95", "%"),
    ("不少于3场", "≥", "3", "场"),
    ("低于3%", "<", "3", "%"),
    ("985米", "", "985", "米"),
    ("17元/人.每天", "", "17", "元/人.每天"),
    ("≤620万/月", "≤", "620", "万/月"),
    ("2次/周", "", "2", "次/周"),
    ("至少2次/周", "≥", "2", "次/周"),
    ("1年", "", "1", "年"),
    ("1", "", "1", ""),
    ("10075.00%", "", "10075.00", "%"),
    ("10人", "", "10", "人"),
    # the samples
    ("完成90%以上", "≥", "90", "%"),
    ("全年完成度90%以上", "≥", "90", "%"),
    ("75%以上", "≥", "75", "%"),
    ("90%以上", "≥", "90", "%"),
    ("97%以上", "≥", "97", "%"),
    ("97%以上;", "≥", "97", "%"),
    ("信息通报率达100%", "", "100", "%"),
    ("95%", "", "95", "%"),
    ("≥100%", "≥", "100", "%"),
    ("17人", "", "17", "人"),
    ("16个", "", "16", "个"),
    ("≤1次", "≤", "1", "次"),
    ("≤2个", "≤", "2", "个"),
    ("≤2次", "≤", "2", "次"),
    *((str(n), "", str(n), "") for n in (2, 3, 4, 5, 6, 12, 15, 17, 37, 38, 112, 127, 150, 153, 356, 990, 2500)),
    ("150000", "", "150000", ""),
    ("300000", "", "300000", ""),
    *((f"{n}人", "", str(n), "人") for n in (2, 6, 7, 8, 16, 39, 43, 50)),
    # signs and their spellings
    ("＞＝９８％", "≥", "98", "%"),
    ("﹥95%", ">", "95", "%"),
    ("≦5%", "≤", "5", "%"),
    ("﹦100%", "=", "100", "%"),
    ("=>98%", "≥", "98", "%"),
    ("≥ | 95 | %", "≥", "95", "%"),
    ("≥\t95\t%", "≥", "95", "%"),
    ("大于等于98%", "≥", "98", "%"),
    ("小于或等于5%", "≤", "5", "%"),
    ("不低于95%", "≥", "95", "%"),
    ("不得低于95%", "≥", "95", "%"),
    ("至少3场以上", "≥", "3", "场"),
    ("至少开展2次培训", "≥", "2", "次"),
    ("95%及以上", "≥", "95", "%"),
    ("95%(含)以上", "≥", "95", "%"),
    ("95%以上（不含）", ">", "95", "%"),
    ("超过95%", ">", "95", "%"),
    ("高于95%", ">", "95", "%"),
    ("大于5", ">", "5", ""),
    ("多于5人", ">", "5", "人"),
    ("小于3%", "<", "3", "%"),
    ("少于3人", "<", "3", "人"),
    ("不足3人", "<", "3", "人"),
    ("不超过620万元", "≤", "620", "万元"),
    ("不高于5%", "≤", "5", "%"),
    ("控制在5%以内", "≤", "5", "%"),
    ("控制在5%", "≤", "5", "%"),
    ("控制在95%以上", "≥", "95", "%"),
    ("5人以下", "≤", "5", "人"),
    ("5人及以下", "≤", "5", "人"),
    ("3个工作日内", "≤", "3", "个工作日"),
    ("24小时以内", "≤", "24", "小时"),
    ("等于5", "=", "5", ""),
    ("预算控制率≤100%", "≤", "100", "%"),
    ("PM2.5≤35微克/立方米", "≤", "35", "微克/立方米"),
    # percent in words
    ("百分之九十五", "", "95", "%"),
    ("百分之九十五以上", "≥", "95", "%"),
    ("不低于百分之95", "≥", "95", "%"),
    ("百分百", "", "100", "%"),
    ("百分之百", "", "100", "%"),
    ("5‰", "", "5", "‰"),
    ("千分之三", "", "3", "‰"),
    ("95（％）", "", "95", "%"),
    ("90%(计划标准)", "", "90", "%"),
    ("<p>95%</p>", "", "95", "%"),
    ("100\n%", "", "100", "%"),
    ("10个百分点", "", "10", "个百分点"),
    ("覆盖率：95%。", "", "95", "%"),
    ("同比增长5%", "", "5", "%"),
    ("100%覆盖", "", "100", "%"),
    # units
    ("2.6万平方米", "", "2.6", "万平方米"),
    ("1.5亿元", "", "1.5", "亿元"),
    ("500千米", "", "500", "千米"),
    ("2380元/人/月", "", "2380", "元/人/月"),
    ("5元/(人·月)", "", "5", "元/(人·月)"),
    ("1000元/标的物以上", "≥", "1000", "元/标的物"),
    ("100（人次）", "", "100", "人次"),
    ("每周2次", "", "2", "次/周"),
    ("每周不少于2次", "≥", "2", "次/周"),
    ("每人每月200元", "", "200", "元/人/月"),
    ("3场培训", "", "3", "场"),
    ("5场地", "", "5", "场地"),
    ("A4纸5张", "", "5", "张"),
    # figures
    ("1,008.14", "", "1008.14", ""),
    ("１，００８．１４元", "", "1008.14", "元"),
    ("-5℃", "", "-5", "℃"),
    ("44561", "", "44561", ""),
    ("2021.12", "", "2021.12", ""),
    # Chinese numerals, where nothing else is said
    ("不少于三场", "≥", "3", "场"),
    ("每周一次", "", "1", "次/周"),
    ("两次以上", "≥", "2", "次"),
    ("十二个月", "", "12", "个月"),
    ("一百万元", "", "100", "万元"),
]

OTHERS = [  # text, kind
    # field notes, section 4
    ("完成70-80%以上问题", Kind.RANGE),
    ("建筑面积2.6万平方米,展示面积1万平方米", Kind.SEVERAL),
    ("2023年12月31日", Kind.DATE),
    ("12月底到位", Kind.DATE),
    ("2021年12月前", Kind.DATE),
    ("每月15日前", Kind.DATE),
    ("长期", Kind.PERIOD),
    ("是/否", Kind.YES_NO),
    ("不适用", Kind.NOT_APPLICABLE),
    ("有效提升", Kind.GRADED),
    ("进一步保障", Kind.GRADED),
    ("应改尽改", Kind.GRADED),
    ("控制在预算内", Kind.LIMIT),
    ("", Kind.EMPTY),
    ("9%0", Kind.UNREADABLE),
    # the samples
    ("采集率达97%以上,信息准确率达97%以上,未注销率低于3%;", Kind.SEVERAL),
    ("采集率达95%以上,准确率达90%以上,注销率达95%以上;", Kind.SEVERAL),
    ("采集率达100%,准确率达98%以上;", Kind.SEVERAL),
    ("2023年度", Kind.PERIOD),
    ("重点解决", Kind.GRADED),
    ("及时", Kind.GRADED),
    ("提升", Kind.GRADED),
    ("提高", Kind.GRADED),
    ("得到提升", Kind.GRADED),
    ("有效促进", Kind.GRADED),
    ("有效保障", Kind.GRADED),
    ("达到良好程度", Kind.GRADED),
    ("覆盖全部优抚对象", Kind.GRADED),
    ("按要求支出", Kind.GRADED),
    ("有效改善", Kind.GRADED),
    ("进一步保障 ", Kind.GRADED),
    ("效果显著", Kind.GRADED),
    ("进一步推动", Kind.GRADED),
    ("进一步提升", Kind.GRADED),
    ("龙华区", Kind.TEXT),
    ("双拥慰问工作计划安排", Kind.TEXT),
    ("辖区内享受待遇人员的获得感、幸福感", Kind.TEXT),
    ("人", Kind.UNIT_ONLY),
    # dates and periods
    ("2023-12-31", Kind.DATE),
    ("2023.12.31", Kind.DATE),
    ("2023/12/31 00:00:00", Kind.DATE),
    ("2023-06", Kind.DATE),
    ("每年8月前完成发放", Kind.DATE),
    ("年底前", Kind.DATE),
    ("2023年6月底前完成验收", Kind.DATE),
    ("2023年底", Kind.DATE),
    ("2021-2023年", Kind.PERIOD),
    ("2021年1月至12月", Kind.PERIOD),
    ("2023.1-2023.12", Kind.PERIOD),
    ("是否按期完成", Kind.YES_NO),
    ("2000.5-2010.5元", Kind.RANGE),
    ("20231231", Kind.DATE),
    ("2021年1-12月", Kind.PERIOD),
    ("第一季度", Kind.PERIOD),
    ("上半年", Kind.PERIOD),
    ("全年", Kind.PERIOD),
    ("2023年13月", Kind.UNREADABLE),
    ("2023年2月30日", Kind.UNREADABLE),
    ("2023-2021年", Kind.UNREADABLE),
    ("2021年度工作计划", Kind.TEXT),
    ("2021年12月前完成100%", Kind.SEVERAL),
    ("每月", Kind.FREQUENCY),
    # ranges
    ("70-80%", Kind.RANGE),
    ("70%～80%", Kind.RANGE),
    ("70%至80%之间", Kind.RANGE),
    ("≥70%且≤80%", Kind.RANGE),
    ("70%以上80%以下", Kind.RANGE),
    ("1万-2万元", Kind.RANGE),
    ("±5%", Kind.RANGE),
    # words
    ("否/是", Kind.YES_NO),
    ("是", Kind.YES_NO),
    ("无", Kind.NOT_APPLICABLE),
    ("不适用。", Kind.NOT_APPLICABLE),
    ("——", Kind.NOT_APPLICABLE),
    ("N/A", Kind.NOT_APPLICABLE),
    ("XX%", Kind.PLACEHOLDER),
    ("≥**%", Kind.PLACEHOLDER),
    ("待填", Kind.PLACEHOLDER),
    ("null", Kind.PLACEHOLDER),
    ("%", Kind.UNIT_ONLY),
    ("≥%", Kind.UNIT_ONLY),
    ("元/人", Kind.UNIT_ONLY),
    (" \u3000\u200b\n", Kind.EMPTY),
    ("不低于上年", Kind.LIMIT),
    ("不超过财政支持经费", Kind.LIMIT),
    ("超额完成", Kind.GRADED),
    ("零投诉", Kind.GRADED),
    # figures that are no quantity
    ("前3名", Kind.TEXT),
    ("第3名", Kind.TEXT),
    ("3天前", Kind.TEXT),
    ("深财〔2021〕5号", Kind.TEXT),
    ("1/3", Kind.TEXT),
    ("3:1", Kind.TEXT),
    ("5G网络", Kind.TEXT),
    ("二级", Kind.TEXT),
    ("三月", Kind.TEXT),
    ("五个一", Kind.TEXT),
    ("一年一次", Kind.TEXT),
    ("1年半", Kind.TEXT),
    ("误差不超过预算的5%", Kind.TEXT),
    ("16人×10000元/人=160000元", Kind.SEVERAL),
    # slips: kept, never repaired
    ("≥95%以下", Kind.UNREADABLE),
    ("=95%以上", Kind.UNREADABLE),
    ("95%%", Kind.UNREADABLE),
    ("1.2.3", Kind.UNREADABLE),
    ("1,23", Kind.UNREADABLE),
    ("10 20", Kind.UNREADABLE),
    (".5", Kind.UNREADABLE),
    ("80-70%", Kind.UNREADABLE),
    ("≥", Kind.UNREADABLE),
    ("？？", Kind.UNREADABLE),
    ("9" * 30, Kind.UNREADABLE),
]


@pytest.mark.parametrize(("text", "operator", "quantity", "unit"), NUMBERS)
def test_understood_one_clear_number(text: str, operator: str, quantity: str, unit: str) -> None:
    got = understood(text)
    assert (got[0], str(got[1]), got[2]) == (operator, quantity, unit)
    assert parse(text).kind == (Kind.FREQUENCY if unit.endswith("/周") else Kind.NUMBER)
    assert parse(text).text == text


@pytest.mark.parametrize(("text", "kind"), OTHERS)
def test_parse_anything_else_has_no_single_number(text: str, kind: Kind) -> None:
    assert parse(text).kind == kind
    assert parse(text).text == text
    assert understood(text) == ("", None, "")


@pytest.mark.parametrize(
    ("text", "operator", "lower", "upper", "unit"),
    [
        ("70-80%", "", 70, 80, "%"),
        ("完成70-80%以上问题", "≥", 70, 80, "%"),
        ("≥70%且≤80%", "", 70, 80, "%"),
        ("5～10人", "", 5, 10, "人"),
        ("±5%", "", -5, 5, "%"),
        ("1万-2万元", "", 1, 2, "万元"),
        ("每周1-2次", "", 1, 2, "次/周"),
    ],
)
def test_parse_range_has_both_ends(text: str, operator: str, lower: int, upper: int, unit: str) -> None:
    target = parse(text)
    assert (target.kind, target.quantity, target.upper) == (Kind.RANGE, Decimal(lower), Decimal(upper))
    assert (str(target.operator), target.unit) == (operator, unit)


@pytest.mark.parametrize("text", ["80%左右", "约80%", "大约80%", "将近80%", "80%上下"])
def test_parse_about_is_a_flag_not_an_operator(text: str) -> None:
    assert parse(text) == Target(text, Kind.NUMBER, "", Decimal(80), unit="%", approximate=True)


@pytest.mark.parametrize(("text", "unit"), [("100余人", "人"), ("3万多人", "万人")])
def test_parse_odd_amount_is_approximate(text: str, unit: str) -> None:
    assert (parse(text).approximate, parse(text).unit) == (True, unit)


def test_parse_several_reads_each_piece() -> None:
    parts = parse("采集率达97%以上,信息准确率达97%以上,未注销率低于3%;").parts
    assert [format_target(part) for part in parts] == ["≥97%", "≥97%", "<3%"]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2021年12月前", When(2021, 12, side="before")),
        ("2023年12月31日", When(2023, 12, 31)),
        ("12月底到位", When(month=12, part="底")),
        ("每月15日前", When(day=15, side="before", every="月")),
        ("每年8月前完成发放", When(month=8, side="before", every="年")),
        ("2023年度", When(2023)),
        ("2023年内", When(2023, side="within")),
        ("2121年", When(2121)),
        ("第三季度末", When(part="三季度末")),
        ("2023年下半年", When(2023, part="下半年")),
        ("长期", When(part="长期")),
        ("每季度", When(every="季度")),
    ],
)
def test_parse_date_details(text: str, when: When) -> None:
    assert parse(text).when == when


def test_parse_period_has_its_end() -> None:
    assert (parse("2021年3月至12月").when, parse("2021年3月至12月").until) == (When(2021, 3), When(2021, 12))


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("2021年12月前", None, (date(2021, 12, 1), date(2021, 12, 31))),
        ("12月底到位", 2023, (date(2023, 12, 1), date(2023, 12, 31))),
        ("12月底到位", None, None),
        ("2023年度", None, (date(2023, 1, 1), date(2023, 12, 31))),
        ("2024年2月", None, (date(2024, 2, 1), date(2024, 2, 29))),
        ("第三季度", 2023, (date(2023, 7, 1), date(2023, 9, 30))),
        ("第三季度末", 2023, (date(2023, 9, 1), date(2023, 9, 30))),
        ("上半年", 2023, (date(2023, 1, 1), date(2023, 6, 30))),
        ("每月15日前", 2023, None),
        ("长期", 2023, None),
        ("2月29日", 2023, (date(2023, 2, 28), date(2023, 2, 28))),
    ],
)
def test_when_bounds(text: str, year: int | None, expected: tuple[date, date] | None) -> None:
    when = parse(text).when
    assert when is not None
    assert when.bounds(year) == expected


@pytest.mark.parametrize(("text", "operator"), [("控制在预算内", "≤"), ("不低于上年", "≥"), ("高于去年", ">")])
def test_parse_limit_keeps_its_direction(text: str, operator: str) -> None:
    assert parse(text).operator == operator


@pytest.mark.parametrize(
    ("text", "scaled", "base"),
    [
        ("2.6万平方米", "26000.0", "平方米"),
        ("≤620万/月", "6200000", "/月"),
        ("1.5亿元", "150000000.0", "元"),
        ("500千米", "500", "千米"),
        ("95%", "95", "%"),
        ("3万人次", "30000", "人次"),
    ],
)
def test_scaled_value_in_the_base_unit(text: str, scaled: str, base: str) -> None:
    assert (parse(text).scaled, parse(text).base_unit) == (Decimal(scaled), base)


@pytest.mark.parametrize(
    ("unit", "family"),
    [("人", "person"), ("%", "percent"), ("元/人/月", "money"), ("次/周", "event"), ("万平方米", "area"), ("军属", "")],
)
def test_unit_family(unit: str, family: str) -> None:
    assert units.family(unit) == family


@pytest.mark.parametrize(
    ("text", "sign", "words", "cells"),
    [
        ("95%以上", "≥95%", "95%以上", ("≥", "95", "%")),
        ("大于等于 | 98 | %", "≥98%", "98%以上", ("≥", "98", "%")),
        ("不超过3次", "≤3次", "不超过3次", ("≤", "3", "次")),
        ("低于3%", "<3%", "低于3%", ("<", "3", "%")),
        ("=100.00(%)", "=100.00%", "等于100.00%", ("=", "100.00", "%")),
        ("17人", "17人", "17人", ("", "17", "人")),
        ("约80%", "约80%", "约80%", ("", "约80", "%")),
        ("70-80%以上", "≥70-80%", "70-80%以上", ("≥", "70-80", "%")),
        ("有效提升", "有效提升", "有效提升", ("", "有效提升", "")),
        ("9%0", "9%0", "9%0", ("", "9%0", "")),
        ("", "", "", ("", "", "")),
    ],
)
def test_format_target(text: str, sign: str, words: str, cells: tuple[str, str, str]) -> None:
    target = parse(text)
    assert format_target(target) == sign
    assert format_target(target, "words") == words
    assert format_target(target, "cells") == cells


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三", "3"),
        ("十", "10"),
        ("十二", "12"),
        ("二十", "20"),
        ("一百零五", "105"),
        ("九十五点五", "95.5"),
        ("百", "100"),
    ],
)
def test_chinese_number(text: str, value: str) -> None:
    assert chinese_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["三五", "十十", "百千", "点五千", "一点", "万"])
def test_chinese_number_malformed(text: str) -> None:
    assert chinese_number(text) is None


def test_target_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        parse("95%").quantity = Decimal(96)  # type: ignore[misc]


def test_parse_returns_a_plain_string_even_for_a_marked_one() -> None:
    class Marked(str):
        """Stands for a string that a template would not escape."""

        __slots__ = ()

        def __str__(self) -> str:
            return self

    assert type(parse(Marked("<b>7</b>")).text) is str
    assert type(parse("<b>7</b>").text) is str


# --- properties

PIECES = st.sampled_from(
    [
        *(text for text, *_ in NUMBERS),
        *(text for text, _ in OTHERS),
        *"0123456789%.,-~≥≤<>=()/×第约 |每不一三十百万元人次年月日前底周至到且",
        *(
            "不低于",
            "以上",
            "以内",
            "至少",
            "左右",
            "季度",
            "百分之",
            "2021年",
            "12月",
            "控制在",
            "覆盖率",
            "（含）",
            "上半年",
        ),
    ]
)
VALUES = st.one_of(
    st.text(max_size=60), st.lists(PIECES, max_size=6).map("".join), st.lists(PIECES, max_size=5).map(" ".join)
)


def meaning(target: Target) -> Target:
    return replace(target, text="", parts=())


@settings(max_examples=1500, deadline=None)
@given(VALUES)
def test_parse_never_raises_and_keeps_the_text(text: str) -> None:
    target = parse(text)
    assert target.text == text
    assert target.single == (
        target.kind == Kind.NUMBER or (target.kind == Kind.FREQUENCY and target.quantity is not None)
    )
    assert (target.upper is not None) == (target.kind == Kind.RANGE)
    assert target.upper is None or (target.quantity is not None and target.quantity <= target.upper)
    assert (target.kind in (Kind.DATE, Kind.PERIOD)) <= (target.when is not None)
    assert understood(text)[1] == (target.quantity if target.single else None)
    if target.when is not None:
        target.when.bounds(2023)
    assert target.scaled is None or target.scaled.is_finite()


@settings(max_examples=1500, deadline=None)
@given(VALUES)
def test_parse_what_was_printed_means_the_same(text: str) -> None:
    target = parse(text)
    again = parse(format_target(target))
    assert meaning(again) == meaning(target)
    assert format_target(again) == format_target(target)
    assert meaning(parse(format_target(target, "words"))) == meaning(target)
    if target.quantity is not None:
        assert meaning(parse(" | ".join(format_target(target, "cells")))) == meaning(target)


TOKENS = (
    *(
        "1",
        "1,",
        "1.",
        "9%",
        "(",
        ")",
        "年",
        "2021年",
        "2021-",
        "-",
        "12月",
        "每",
        "不",
        "不低于",
        "以上",
        "<a",
        ">",
        "=",
    ),
    *(
        "*",
        "xx",
        "一",
        "百分之",
        "分之",
        "预算",
        "内",
        " ",
        "\n",
        "1 ",
        "元/",
        "万",
        "~",
        "1-",
        "第",
        "季度",
        "至少",
        "１",
    ),
    *("\u200b", "〔2021〕", "号"),
)


@pytest.mark.parametrize("length", [1000, 10_000])
def test_parse_long_repetitions_finish(length: int) -> None:
    for first, second in product(TOKENS, repeat=2):
        text = ((first + second) * length)[:length]
        assert parse(text).text == text


def test_parse_prose_longer_than_the_field_is_not_searched() -> None:
    assert parse("达95%" * 300).kind == Kind.TEXT
    assert parse(" " * 2000).kind == Kind.EMPTY


def test_dates_find_without_a_date() -> None:
    assert dates.find("有效提升") is None
    assert dates.find("1200年") is None
