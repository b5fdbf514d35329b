"""Categories in every spelling that published forms use (field notes, section 2)."""

from __future__ import annotations

import pytest

from indicators.categories import NATIONAL, category, core, level1_code, level2_code


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("产出指标", "产出"),
        ("产出目标", "产出"),
        ("产出指标(50分)", "产出"),
        ("产出指标（50分）", "产出"),
        ("数量指标 (必填硬性指标)", "数量"),
        ("社会效益 指标", "社会效益"),
        ("可持续影响  指标", "可持续影响"),
        ("服务对象\n满意度指标", "服务对象满意度"),
        ("服务对象满意度指标等", "服务对象满意度"),
        ("一、产出指标", "产出"),
        ("1.数量指标", "数量"),
        ("*质量指标：", "质量"),
        ("【成本】指标", "指标"),
        ("指标", "指标"),
        ("", ""),
    ],
)
def test_core(text: str, bare: str) -> None:
    assert core(text) == bare


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("产出指标", "output"),
        ("产出目标", "output"),
        ("产出指标(50分)", "output"),
        ("年度产出指标", "output"),
        ("项目完成指标", "output"),
        ("完成指标", "output"),
        ("效益指标", "outcome"),
        ("效果目标", "outcome"),
        ("效果指标", "outcome"),
        ("项目效益指标", "outcome"),
        ("成效指标", "outcome"),
        ("满意度指标", "satisfaction"),
        ("满意度", "satisfaction"),
        ("服务对象满意度指标", "satisfaction"),
        ("成本指标", "cost"),
        ("数量指标", ""),
        ("经济效益指标", ""),
        ("职责履行", ""),
        ("", ""),
        ("产出" * 21, ""),
    ],
)
def test_level1(text: str, code: str) -> None:
    assert level1_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("数量", "output.quantity"),
        ("数量指标", "output.quantity"),
        ("数量指标 (必填硬性指标)", "output.quantity"),
        ("产出数量", "output.quantity"),
        ("质量指标", "output.quality"),
        ("时效指标", "output.timeliness"),
        ("进度指标", "output.timeliness"),
        ("成本指标", "output.cost"),
        ("项目成本指标", "output.cost"),
        ("经济成本指标", "cost.economic"),
        ("社会成本指标", "cost.social"),
        ("生态环境成本指标", "cost.environmental"),
        ("生态成本", "cost.environmental"),
        ("经济效益", "outcome.economic"),
        ("经济效益指标", "outcome.economic"),
        ("社会效益 指标", "outcome.social"),
        ("社会效益指标（选填）", "outcome.social"),
        ("生态效益指标", "outcome.ecological"),
        ("环境效益指标", "outcome.ecological"),
        ("生态环境效益指标", "outcome.ecological"),
        ("可持续影响  指标", "outcome.sustainable"),
        ("可持续发展指标", "outcome.sustainable"),
        ("可持续性影响指标", "outcome.sustainable"),
        ("满意度", "satisfaction.beneficiaries"),
        ("满意度指标", "satisfaction.beneficiaries"),
        ("服务对象满意度指标", "satisfaction.beneficiaries"),
        ("服务对象满意度指标等", "satisfaction.beneficiaries"),
        ("社会公众及服务对象满意度指标", "satisfaction.beneficiaries"),
        ("社会公众或服务对象满意度指标", "satisfaction.beneficiaries"),
        ("受益群体满意度指标", "satisfaction.beneficiaries"),
        ("公众满意度指标", "satisfaction.beneficiaries"),
        ("市民满意度", ""),
        ("产出指标", ""),
        ("不适用", ""),
        ("", ""),
    ],
)
def test_level2(text: str, code: str) -> None:
    assert level2_code(text) == code


@pytest.mark.parametrize(
    ("level1", "level2", "code"),
    [
        ("产出指标", "数量指标", "output.quantity"),
        ("产出目标", "数量", "output.quantity"),
        ("项目完成指标", "数量指标", "output.quantity"),
        ("", "数量指标", "output.quantity"),
        ("产出指标", "成本指标", "output.cost"),
        ("产出指标", "经济成本指标", "cost.economic"),
        ("成本指标", "经济成本指标", "cost.economic"),
        ("成本指标", "社会成本指标", "cost.social"),
        ("成本指标", "生态环境成本指标", "cost.environmental"),
        ("效益指标", "社会公众及服务对象满意度指标", "satisfaction.beneficiaries"),
        ("效果目标", "满意度", "satisfaction.beneficiaries"),
        ("满意度指标", "服务对象满意度指标", "satisfaction.beneficiaries"),
        ("满意度指标", "", "satisfaction.beneficiaries"),
        ("产出指标", "", ""),
        ("成本指标", "", ""),
        ("", "", ""),
        ("指标", "权重", ""),
        ("职能履行", "工作效率", ""),
    ],
)
def test_category_of_a_pair(level1: str, level2: str, code: str) -> None:
    assert category(level1, level2) == code


@pytest.mark.parametrize("code", NATIONAL)
def test_national_names_lead_back_to_their_code(code: str) -> None:
    assert category(*NATIONAL[code]) == code
