"""Names of the fields, as a person reads them in a supplement, a message or a difference."""

from __future__ import annotations

FIELD_NAMES: dict[str, str] = {
    "department.code": "预算单位编码",
    "department.name": "预算单位",
    "project.code": "项目编码",
    "project.name": "项目名称",
    "project.parent": "所属专项",
    "project.type": "项目类型",
    "project.usage": "资金用途",
    "project.start": "计划开始日期",
    "project.end": "计划完成日期",
    "project.period": "项目实施期",
    "project.overview": "项目概况",
    "project.purpose": "项目用途",
    "project.fixed_assets": "固定资产采购金额（元）",
    "project.procurement": "采购品目",
    "funding.total": "资金总额（元）",
    "funding.fiscal": "财政拨款资金（元）",
    "funding.other": "其他资金（元）",
    "funding.annual": "本年度金额（元）",
    "funding.annual_fiscal": "本年度财政拨款（元）",
    "funding.annual_other": "本年度其他资金（元）",
    "funding.central_transfer": "中央转移支付资金（元）",
    "funding.government_purchase": "政府购买服务资金（元）",
    "funding.general_budget": "一般公共预算拨款（元）",
    "funding.government_fund": "政府性基金拨款（元）",
    "funding.basic_expenditure": "基本支出（元）",
    "funding.project_expenditure": "项目支出（元）",
    "goals.period": "中期目标",
    "goals.annual": "年度绩效目标",
    "duties": "部门职责概述",
    "fiscal_year": "预算年度",
    "title": "表题",
}
LIST_NAMES: dict[str, str] = {
    "spend_plan": "支出计划",
    "tasks": "重点工作",
    "indicators": "年度指标",
    "period_indicators": "中期指标",
    "costs": "支出明细",
    "items": "汇总行",
    "sections": "文字部分",
}
ROW_FIELD_NAMES: dict[str, dict[str, str]] = {
    "spend_plan": {"by": "截至月份", "percent": "累计比例（%）"},
    "tasks": {"item": "事项", "unit": "责任单位", "goal": "工作目标"},
    "indicators": {
        "level1": "一级指标",
        "level2": "二级指标",
        "name": "三级指标",
        "description": "指标解释",
        "value": "指标值",
        "basis": "指标值确定依据",
        "standard": "绩效标准",
        "weight": "权重",
        "category": "类别代码",
        "operator": "计算符号",
        "quantity": "数值",
        "unit": "计量单位",
    },
    "costs": {"content": "支出内容", "detail": "支出明细", "amount": "金额（元）", "basis": "测算依据"},
    "items": {
        "no": "序号",
        "name": "名称",
        "amount": "金额（元）",
        "period_goal": "实施期绩效目标",
        "annual_goal": "年度绩效目标",
    },
    "sections": {"title": "标题", "text": "正文"},
}
ROW_FIELD_NAMES["period_indicators"] = ROW_FIELD_NAMES["indicators"]


def name_of(path: str) -> str:
    """Return the name of a path with indices: ``indicators.2.value`` → ``年度指标第3行·指标值``."""
    first, _, rest = path.partition(".")
    if first == "extra":
        return rest
    if first in LIST_NAMES:
        index, _, leaf = rest.partition(".")
        if not index:
            return LIST_NAMES[first]
        return f"{LIST_NAMES[first]}第{int(index) + 1}行·{ROW_FIELD_NAMES[first].get(leaf, leaf)}"
    return FIELD_NAMES.get(path, path)


def place_name(path: str) -> str:
    """Name a place that holds by its row's identity: ``indicators/4f1c…/value`` → ``年度指标 4f1c…·指标值``.

    A field's path gives its name, any other text stands as it is.
    """
    rows, _, rest = path.partition("/")
    if rest and rows in LIST_NAMES:
        uid, _, leaf = rest.partition("/")
        row = f"{LIST_NAMES[rows]} {uid[:8]}"
        return f"{row}·{ROW_FIELD_NAMES[rows].get(leaf, leaf)}" if leaf else row
    first, _, leaf = path.partition(".")
    if first == "spend_plan" and leaf.isdecimal():
        return f"{int(leaf)}月底{LIST_NAMES[first]}"
    return leaf if first == "extra" and leaf else FIELD_NAMES.get(path, path)
