import pytest

from indicators.starter import Starter, Written, starter_set, usable


@pytest.mark.parametrize(
    ("category", "name", "value"),
    [
        ("output.quantity", "优抚对象补助发放人数", "112人"),
        ("output.quality", "补助发放准确率", "100%"),
        ("output.timeliness", "培训工作及时完成率", "≥95%"),
        ("output.timeliness", "信息采集及时性", "及时"),
        ("satisfaction.beneficiaries", "优抚对象满意度", "95%以上"),
        ("outcome.ecological", "生活垃圾处理率", "≥90%"),
    ],
)
def test_a_measure_with_a_fitting_value_is_usable(category: str, name: str, value: str) -> None:
    assert usable(Written(category, name, value))


@pytest.mark.parametrize(
    ("category", "name", "value"),
    [
        ("output.quality", "医疗费发放准确率", "17人"),  # a rate valued in persons
        ("output.quantity", "义务兵人数", "100%"),  # a count valued in percent
        ("output.quantity", "一体化平台覆盖率", "100%"),  # a rate among the quantities
        ("output.timeliness", "每月15日前完成支付", "100%"),  # the value stands in the name
        ("output.timeliness", "资金支付及时率", "100%"),  # input, not output
        ("outcome.ecological", "保障社会发展", "有效改善"),  # no measure, and not about nature
        ("outcome.ecological", "工作完成率", "100%"),
        ("satisfaction.beneficiaries", "市民满意度", "100%"),
        ("satisfaction.beneficiaries", "优抚对象满意度", "优抚对象满意度"),  # its own text as value
        ("output.quality", "补助落实率", "是/否"),
        ("output.quality", "补助落实率", ""),
        ("", "补助落实率", "100%"),
        ("output.quality", "不适用", "不适用"),
    ],
)
def test_what_tables_do_wrong_is_left_out(category: str, name: str, value: str) -> None:
    assert not usable(Written(category, name, value))


def test_one_entry_per_name_with_what_is_said_most() -> None:
    rows = [
        Written("output.quality", "信息采集率", "97%以上", "%", "《采集办法》", "按月统计已采集的信息"),
        Written("output.quality", "信息 采集率", "≧97％", "%", "年度工作计划", ""),
        Written("output.quality", "信息采集率", "90%"),
        Written("output.quantity", "培训人数", "112", "人"),
        Written("output.quality", "人口未注销率", "低于3%"),
    ]
    assert starter_set(rows) == [
        Starter("output.quantity", "培训人数", direction="positive", unit="人"),
        Starter("output.quality", "人口未注销率", direction="reverse", sign="<", unit="%", value="<3%"),
        Starter(
            "output.quality",
            "信息采集率",
            explanation="按月统计已采集的信息",
            basis="《采集办法》",
            direction="positive",
            sign="≥",
            unit="%",
            value="≥97%",
            sector="社区治理",
        ),
    ]
