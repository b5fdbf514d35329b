"""Classic mistakes of one indicator, and all that the rules say of it: the mistake, once, and nothing besides."""

from __future__ import annotations

import pytest

from projects.rules import check_table
from projects.rules.samples import indicator, table

MISTAKES = (
    ("培训合格率", "120人", "output.quality", "rate-unit"),
    ("事故处理率", "3次", "output.quality", "rate-unit"),
    ("资金节约率", "5万元", "outcome.economic", "rate-unit"),
    ("验收合格率", "≥110%", "output.quality", "rate-range"),
    ("群众满意度", "≥105%", "satisfaction.beneficiaries", "rate-range"),
    ("群众满意度", "≤95%", "satisfaction.beneficiaries", "forward-sign"),
    ("工程验收合格率", "≤90%", "output.quality", "forward-sign"),
    ("医保参保覆盖率", "低于80%", "outcome.social", "forward-sign"),
    ("项目总成本", "-5万元", "output.cost", "negative-value"),
    ("项目成本", "合理控制", "output.cost", "cost-no-amount"),
    ("项目总成本", "≥50万元", "output.cost", "reverse-sign cost-above"),
    ("项目总成本", "≤500万元", "output.cost", "cost-above"),
    ("培训人数", "100%", "output.quantity", "count-percent"),
    ("巡查次数", "≥95%", "output.quantity", "count-percent"),
    ("慰问人数", "若干", "output.quantity", "quantity-words"),
    ("购置设备数量", "按计划完成", "output.quantity", "vague-value"),
    ("是否按期完成", "是", "output.timeliness", "yes-no"),
    ("发生安全事故", "否", "output.quality", "yes-no"),
    ("培训人数", "XX人", "output.quantity", "indicator-value"),
    ("培训人数", "**人", "output.quantity", "indicator-value"),
    ("培训人数", "待定", "output.quantity", "indicator-value"),
    ("培训人数", "暂无", "output.quantity", "value-none"),
    ("培训人数", "无", "output.quantity", "value-none"),
    ("培训人数", "/", "output.quantity", "value-none"),
    ("培训人数", "不适用", "output.quantity", "value-none"),
    ("培训人数", "null", "output.quantity", "indicator-value"),
    ("培训人数", "####", "output.quantity", "value-unreadable"),
    ("培训人数", "0人", "output.quantity", "zero-value"),
    ("培训人数", "-5人", "output.quantity", "negative-value"),
    ("培训人数", "12.5人", "output.quantity", "fraction"),
    ("培训人数", "人", "output.quantity", "unit-only"),
    ("培训合格率", "%", "output.quality", "unit-only"),
    ("提升服务水平", "提升服务水平", "outcome.social", "value-repeats"),
    ("有效提升服务水平", "有效提升服务水平。", "outcome.social", "value-repeats"),
    ("群众投诉次数", "≥5次", "satisfaction.beneficiaries", "reverse-sign"),
    ("安全事故发生率", "≥1%", "outcome.social", "reverse-sign"),
    ("完成时间", "2020年12月31日前", "output.timeliness", "time-outside"),
    ("完成时间", "2022年3月", "output.timeliness", "time-outside"),
    ("完成时间", "2021年2月30日", "output.timeliness", "value-unreadable"),
    ("完成时间", "13月底前", "output.timeliness", "value-unreadable"),
    ("完成时间", "6月31日前", "output.timeliness", "value-unreadable"),
    ("拨付及时", "及时", "output.timeliness", "vague-value"),
    ("设备合格率", "100%", "output.timeliness", "not-timely"),
    ("完成时间", "50万元", "output.timeliness", "unit-kind"),
    ("资金发放及时率", "30人", "output.timeliness", "rate-unit"),
    ("安装路灯", "200盏", "output.quality", "quality-count"),
    ("提升群众幸福感", "显著提升", "outcome.ecological", "vague-value not-ecological"),
    ("满意度", "≥95%", "satisfaction.beneficiaries", "satisfaction-group"),
    ("学生满意度", "200人", "satisfaction.beneficiaries", "rate-unit"),
    ("学生满意度", "较高", "satisfaction.beneficiaries", "vague-value"),
    ("学生满意度", "满意", "satisfaction.beneficiaries", "vague-value"),
    ("学生满意度", "0.95", "satisfaction.beneficiaries", "rate-bare"),
    ("学生满意度", "95", "satisfaction.beneficiaries", "rate-bare"),
    ("学生满意度", "≥10%", "satisfaction.beneficiaries", "satisfaction-low"),
    ("新增就业人数", "≥200人", "satisfaction.beneficiaries", "not-satisfaction"),
    ("合格率", "9%0", "output.quality", "value-unreadable short-name"),
    ("学生合格率", "≥≤95%", "output.quality", "value-unreadable"),
    ("学生合格率", "95%%", "output.quality", "value-unreadable"),
    ("学生合格率", "9.5.%", "output.quality", "value-unreadable"),
    ("培训人次", "1000人次%", "output.quantity", "value-unreadable"),
    ("学生合格率", "<p>95%</p>", "output.quality", "debris"),
    ("完成时间", "44561", "output.timeliness", "serial-date"),
    ("完成时间", "2121年12月前", "output.timeliness", "wrong-year"),
    ("完成时间", "20211年12月", "output.timeliness", "wrong-year"),
    ("保障保障系统运行率", "100%", "output.quality", "doubled-words"),
    ("", "10人", "output.quantity", "indicator-name"),
    ("培训人数", "", "output.quantity", "indicator-value"),
    ("数量指标", "10个", "output.quantity", "category-name"),
    ("社会效益", "提升", "outcome.social", "vague-value category-name"),
    ("资金支付率", "100%", "output.quality", "input-as-output"),
    ("预算执行率", "≥95%", "output.quantity", "quantity-rate input-as-output"),
    ("培训合格率", "95%-80%", "output.quality", "value-unreadable"),
    ("培训合格率", "80-90%以上", "output.quality", "range-bound"),
    ("促进经济发展", "100%", "outcome.economic", "percent-of-nothing"),
    ("群众获得感", "100%", "outcome.social", "percent-of-nothing"),
    ("绿化面积", "500公里", "output.quantity", "unit-kind"),
    ("培训人数", "30场", "output.quantity", "unit-kind"),
    ("检查次数", "30人", "output.quantity", "unit-kind"),
    ("道路里程", "30亩", "output.quantity", "unit-kind"),
    ("培训天数", "30人", "output.quantity", "unit-kind"),
    ("故障修复时间", "95%", "output.timeliness", "unit-kind"),
    ("故障响应时间", "≥2小时", "output.timeliness", "reverse-sign"),
    ("任务完成率", "3", "output.quality", "rate-bare"),
    ("培训人数", "≥0人", "output.quantity", "zero-value"),
    ("学生满意度", "≥0%", "satisfaction.beneficiaries", "zero-value"),
    ("咨询", "13800138000", "output.quantity", "unit-missing"),
)


@pytest.mark.parametrize(("name", "value", "category", "rules"), MISTAKES)
def test_mistake_is_reported_once(name: str, value: str, category: str, rules: str) -> None:
    found = check_table(table(indicator(name, value, category, basis="某市〔2021〕12号")))
    assert [finding.code for finding in found if finding.field.startswith("indicators.0")] == rules.split()


def test_there_are_many() -> None:
    assert len(MISTAKES) >= 80
