"""Goals, overview and purpose: repeated, copied, without substance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from projects.findings import INFO, WARN
from projects.layouts.names import name_of
from projects.rules import words
from projects.rules.case import Case
from projects.rules.engine import MOF_88, PRACTICE, Hit, Rule
from projects.rules.samples import goals, indicator, one, project, rows

_LEADS = re.compile(r"^(?:项目|资金)?(?:主要)?(?:用于|用来|为了|为|是|目标)?(?:支付|发放|拨付)?")


_PARTS = ("project.overview", "project.purpose", "goals.period", "goals.annual")


def _bare(text: str) -> str:
    return _LEADS.sub("", words.plain(text))


def _same_texts(case: Case) -> Iterator[Hit]:
    """Report each text that an earlier part of the form already said."""
    seen: dict[str, str] = {}
    texts = dict(case.texts)
    name = words.plain(texts.get("project.name", ""))
    for path in _PARTS:
        text = _bare(texts.get(path, ""))
        if len(text) < 2:
            continue
        earlier = "project.name" if words.plain(texts[path]) == name else seen.get(text)
        if earlier:
            yield Hit(path, texts[path], {"field": name_of(path), "other": name_of(earlier)})
        seen.setdefault(text, path)


def _goal_lines(case: Case) -> Iterator[Hit]:
    for leaf in ("period", "annual"):
        lines = [words.plain(line) for line in words.lines_of(getattr(case.table.goals, leaf))]
        twice = next((line for index, line in enumerate(lines) if line and line in lines[:index]), "")
        if twice:
            yield Hit(f"goals.{leaf}", getattr(case.table.goals, leaf), {"line": twice[:40]})


def _goal_input(case: Case) -> Iterator[Hit]:
    for leaf in ("period", "annual"):
        text = getattr(case.table.goals, leaf)
        if text and words.INPUT_ONLY.fullmatch(text.strip(" 。；;，,")):
            yield Hit(f"goals.{leaf}", text, {"goal": text.strip()[:40]})


def _goal_indicator(case: Case) -> Iterator[Hit]:
    """An indicator that is a goal, word for word: nothing was made measurable."""
    goals_ = case.table.goals
    said = {words.plain(text) for leaf in (goals_.period, goals_.annual) for text in (leaf, *words.lines_of(leaf))}
    for row in case.rows:
        if len(words.plain(row.name)) >= 6 and words.plain(row.name) in said:
            yield row.hit("name")


_FIGURE = re.compile(
    r"(?<![\d.〔（(\[第.-])(\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\s*"
    r"(%|％|个百分点|名|人次|人|户|家|次|场|期|批|个|件|台|套|项|份|篇|册|亩|公里|平方米|米|吨|处|所|座|辆|场次)(?!\s*(?:尾款|合同款|首款|预付款))"
)


_PAYMENT = re.compile(r"(?:款|执行率|支付率|支出率|占|支付|已付)[^，,。；;]{0,4}$")


_ANY_FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def _goal_numbers(case: Case) -> Iterator[Hit]:
    """Figures with a unit in the goals that no indicator carries; not amounts, years, shares of contract sums."""
    if not case.rows or case.table.kind != "project":
        return
    carried = {
        Decimal(figure.replace(",", ""))
        for row in case.rows
        for text in (row.name, row.description, row.item.value)
        for figure in _ANY_FIGURE.findall(text)
    }
    for leaf in ("period", "annual"):
        text = getattr(case.table.goals, leaf)
        missing = [
            match[0].strip()
            for match in _FIGURE.finditer(text)
            if Decimal(match[0][: match.end(1) - match.start()].replace(",", "")) not in carried
            and not _PAYMENT.search(text[: match.start()])
        ]
        if missing:
            yield Hit(f"goals.{leaf}", text, {"figures": "、".join(dict.fromkeys(missing))[:60]})


RULES = (
    Rule(
        "same-texts",
        "几栏文字相同",
        WARN,
        "table",
        "clarity",
        "项目概况、用途、中期目标、年度目标是否照抄同一段话，或只写了项目名称？",
        PRACTICE,
        "“{field}”与“{other}”的文字相同，请分别说明",
        _same_texts,
        wrong=(
            one(
                "概况、用途、目标都写“保障临聘人员工资”",
                project=project("机构运行辅助管理", overview="保障临聘人员工资", purpose="保障临聘人员工资"),
            ),
            one("项目“遗属补助”的用途只写“遗属补助”", project=project("遗属补助", purpose="遗属补助")),
        ),
        right=(
            one(
                "概况与用途各有说明",
                project=project("物业管理", overview="办公楼三栋，1.2 万平方米", purpose="保洁、安保和设备维护"),
            ),
        ),
    ),
    Rule(
        "goal-lines-repeat",
        "目标逐条重复",
        WARN,
        "table",
        "clarity",
        "分条的目标有没有两条相同？",
        PRACTICE,
        "目标中“{line}”写了不止一次",
        _goal_lines,
        wrong=(one("1.按时报销医疗费 2.按时报销医疗费", goals=goals("1.按时报销医疗费\n2.按时报销医疗费")),),
        right=(one("1.按时报销医疗费 2.提高报销效率", goals=goals("1.按时报销医疗费\n2.提高报销效率")),),
    ),
    Rule(
        "goal-input",
        "目标只写执行率",
        WARN,
        "table",
        "results",
        "目标说的是要做成什么，还是只写预算执行率？",
        PRACTICE,
        "目标“{goal}”只写了资金执行情况，没有说明要做成什么",
        _goal_input,
        wrong=(one("年度执行率100%", goals=goals("年度执行率100%")),),
        right=(one("完成标准化服务站 57 个，预算执行率 100%", goals=goals("完成标准化服务站57个，预算执行率100%")),),
    ),
    Rule(
        "goal-indicator",
        "指标照抄目标",
        INFO,
        "table",
        "indicators",
        "指标是不是把目标的一句话又抄了一遍，没有细化？",
        MOF_88,
        "“{name}”与目标的文字相同，请细化成可以衡量的指标",
        _goal_indicator,
        wrong=(
            rows(
                "目标“奖励进疆进藏的入伍战士”，指标也是这句话",
                indicator("奖励进疆进藏的入伍战士。", "16人", "output.quantity"),
                goals=goals("奖励进疆进藏的入伍战士。"),
            ),
        ),
        right=(
            rows(
                "目标“奖励进疆进藏的入伍战士”，指标“奖励人数”",
                indicator("进疆进藏战士奖励人数", "16人", "output.quantity"),
                goals=goals("奖励进疆进藏的入伍战士。"),
            ),
        ),
    ),
    Rule(
        "goal-numbers",
        "目标里的数字没有指标",
        INFO,
        "table",
        "indicators",
        "目标里写的数量有没有对应的指标？",
        MOF_88,
        "目标中的“{figures}”没有指标与之对应",
        _goal_numbers,
        wrong=(
            rows(
                "目标“发放16名新战士奖励”，指标里没有 16",
                indicator("覆盖率", "100%"),
                goals=goals("发放我区2021年入伍16名新战士奖励"),
            ),
        ),
        right=(
            rows(
                "目标“安排153名采集员”，指标“采集员数量 153人”",
                indicator("采集员数量", "153人", "output.quantity"),
                goals=goals("2021年安排153名采集员"),
            ),
            rows(
                "目标里只有金额和付款比例",
                indicator("合同款支付", "2次", "output.quantity"),
                goals=goals("支付2020年合同款6.24万元，2021合同款90%"),
            ),
        ),
    ),
)
