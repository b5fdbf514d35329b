"""Slips of the pen and what machines leave behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from projects.findings import WARN, Change
from projects.layouts.names import name_of
from projects.rules import words
from projects.rules.case import Case
from projects.rules.engine import PRACTICE, Hit, Rule
from projects.rules.samples import goals, indicator, one, rows

_DOUBLED = re.compile(r"([\u4e00-\u9fff《》“”、]{2,30}|\d、[\u4e00-\u9fff]{4,30})\1")


_RIGHTLY_DOUBLED = re.compile(
    "中心中心|研究研究|考虑考虑|一个一个|很多很多|许多许多|点点滴滴|^[一二三四五六七八九十、]+$"
)


_DOUBLED_CHAR = re.compile(
    "(?<=[\u4e00-\u9fff])对对象|的的|了了|和和(?![美气睦])|与与|及及|为为(?!什么)|是是(?!非)|在在(?![建册岗校编职线押库])|并并|将将|把把|等等等"
)


_BLANKS = re.compile(r"\s+")


def _doubled(case: Case) -> Iterator[Hit]:
    for path, text in case.written:
        dense = _BLANKS.sub("", words.mended(text))  # a slip of the word list is reported there
        found = _DOUBLED.search(dense)
        while found and _RIGHTLY_DOUBLED.search(found[0]):
            found = _DOUBLED.search(dense, found.end())
        found = found or _DOUBLED_CHAR.search(dense)
        if not found:
            continue
        once = found[1] if found.re is _DOUBLED else found[0][1:]
        fixed = text.replace(found[0], once)
        remedy = (Change("set", path, fixed),) if fixed != text and len(text) <= 2000 else ()
        yield Hit(path, text, {"field": name_of(path), "found": found[0][:60]}, remedy)


_MARKUP = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,10}(?:\s[^<>]{0,80})?/?>|&(?:nbsp|lt|gt|amp|quot|#\d{2,5});")


_PLACEHOLDER = re.compile(
    r"[xX×]{2,}(?:年|月|日|项目|单位|部门|局|人|万|元|%)|待填|待补充?|待完善|此处填写|请填写|请输入|\b(?:null|undefined|NaN|TODO|TBD)\b"
    r"|#(?:REF|VALUE|DIV/0|N/A|NAME)[!?]?|[＊*]{2,}"
)


_LATIN = re.compile(r"[\u4e00-\u9fff]\s+(and|or|the|of|in|to|with|for)\s+[\u4e00-\u9fff]", re.IGNORECASE)


def _debris(case: Case) -> Iterator[Hit]:
    for path, text in case.written:
        for pattern in (_MARKUP, _PLACEHOLDER, _LATIN):
            if found := pattern.search(text):
                told = found[1] if pattern is _LATIN else found[0]
                yield Hit(path, text, {"field": name_of(path), "found": told})
                break


_DIGITS = re.compile(r"(?<![\d.])(?:\d{5,6}|[12]\d{2})(?=\s*年\s*(?:\d{1,2}\s*月|度|底|末|前))")  # 20211年12月
_YEAR = re.compile(r"(?<![\d.\-])([12]\d{3})(?=\s*年)|(?<=[〔（(\[])([12]\d{3})(?=年?[〕）)\]])")


def _wrong_year(case: Case) -> Iterator[Hit]:
    year = case.table.fiscal_year
    if year is None:
        return
    first = year - int(case.setup.threshold("year_before"))
    last = year + int(case.setup.threshold("year_after"))
    for path, text in case.written:
        if slip := _DIGITS.search(text):
            yield Hit(path, text, {"field": name_of(path), "told": f"“{slip[0]}年”不是四位数的年份"})
            continue
        far = next((m for m in _YEAR.finditer(text) if not first <= int(m[1] or m[2]) <= last), None)
        if far and not re.search(
            "成立|建于|始建|百年|新中国|规划|展望|远景|目标|世纪|修建|建造",
            text[max(0, far.start() - 12) : far.end() + 12],
        ):
            told = f"“{far[0]}年”与预算年度 {year} 年相差太远"
            yield Hit(path, text, {"field": name_of(path), "told": told})


_SERIAL = re.compile(r"(?<![\d.,])(4[0-9]{4})(?![\d.,%％]|\s*[元万人次个件])")


def _serial(case: Case) -> Iterator[Hit]:
    """44561 is what Excel keeps of 2021-12-31; looked for where a date belongs."""
    table = case.table
    places = [("project.start", table.project.start), ("project.end", table.project.end)]
    places += [("project.period", table.project.period)]
    places += [(row.path("value"), row.item.value) for row in case.rows if row.category == "output.timeliness"]
    for path, value in places:
        found = _SERIAL.search(value) if isinstance(value, str) else None
        if found and isinstance(value, str):
            day = date.fromordinal(date(1899, 12, 30).toordinal() + int(found[1]))
            fixed = value.replace(found[1], f"{day.year}年{day.month}月{day.day}日")
            yield Hit(
                path,
                value,
                {"field": name_of(path), "found": found[1], "day": day.isoformat()},
                (Change("set", path, fixed),),
            )


def _typo(case: Case) -> Iterator[Hit]:
    for path, text in case.written:
        if found := words.slips_in(text):
            told = "、".join(f"“{wrong}”应为“{right}”" for wrong, right in found)
            remedy = (Change("set", path, words.mended(text)),) if len(text) <= 2000 else ()
            yield Hit(path, text, {"field": name_of(path), "told": told}, remedy)


RULES = (
    Rule(
        "doubled-words",
        "词语重复",
        WARN,
        "table",
        "form",
        "有没有“支付支付”一类的重复？",
        PRACTICE,
        "“{field}”中“{found}”重复",
        _doubled,
        wrong=(one("足额支付支付义务兵家庭优待金", goals=goals("足额支付支付义务兵家庭优待金")),),
        right=(
            one("人人参与、人人尽力、人人共享", goals=goals("打造人人参与、人人尽力、人人共享的社区")),
            one("做好服务中心中心工作", goals=goals("做好服务中心中心工作")),
        ),
    ),
    Rule(
        "debris",
        "残留的标记或占位符",
        WARN,
        "table",
        "form",
        "有没有网页标记、XX、待填、null、夹带的英文等残留？",
        PRACTICE,
        "“{field}”中残留“{found}”",
        _debris,
        wrong=(
            one("<p>做好优抚工作</p>", goals=goals("<p>做好优抚工作</p>")),
            one("XX年完成建设", goals=goals("20XX年完成建设")),
            one("模范单位 and 在职人员", goals=goals("模范单位 and 在职人员")),
            rows("培训合格率：<p>95%</p>", indicator("培训合格率", "<p>95%</p>")),
        ),
        right=(
            one(
                "建设 Wi-Fi 和 5G 网络，《通知》<2021年>",
                goals=goals("建设 Wi-Fi 和 5G 网络，印发<关于推进工作的通知>"),
            ),
        ),
    ),
    Rule(
        "wrong-year",
        "年份明显不对",
        WARN,
        "table",
        "form",
        "文字里的年份是否离预算年度太远（2121年）？",
        PRACTICE,
        "“{field}”中的{told}，请核对",
        _wrong_year,
        wrong=(
            one("2121年合同款项14.56万元", goals=goals("支付2020年合同款；2121年合同款项14.56万元")),
            rows("完成时间：20211年12月", indicator("完成时间", "20211年12月", "output.timeliness")),
        ),
        right=(
            one("建成 100年以上的文物", goals=goals("修缮建成100年以上的古建筑3处")),
            one("2011年文件、2020年合同", goals=goals("依据株发〔2011〕19号，支付2020年合同款")),
            one("1949年新中国成立", goals=goals("1949年新中国成立以来的档案")),
        ),
    ),
    Rule(
        "serial-date",
        "日期成了数字",
        WARN,
        "table",
        "form",
        "该填日期的地方是不是 44561 一类的数字？",
        PRACTICE,
        "“{field}”中的“{found}”像是表格软件里的日期 {day}",
        _serial,
        wrong=(rows("完成时间：44561", indicator("完成时间", "44561", "output.timeliness")),),
        right=(rows("完成时间：2021年12月31日", indicator("完成时间", "2021年12月31日", "output.timeliness")),),
    ),
    Rule(
        "typo",
        "常见错别字",
        WARN,
        "table",
        "form",
        "有没有词表中的错别字？",
        PRACTICE,
        "“{field}”：{told}",
        _typo,
        wrong=(
            rows(
                "所机抽样调查",
                indicator(
                    "优抚对象满意度", "95%", "satisfaction.beneficiaries", description="所机抽样调查优抚对象满意度"
                ),
            ),
        ),
        right=(
            rows(
                "随机抽样调查，推进加强基层治理，补助律师",
                indicator("推进加强基层治理", "补助律师12名", "output.quantity", description="在职离退休、按装机容量"),
                indicator(
                    "优抚对象满意度", "95%", "satisfaction.beneficiaries", description="随机抽样调查优抚对象满意度"
                ),
            ),
        ),
    ),
)
