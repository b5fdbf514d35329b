"""Level-1 and level-2 categories: from what a form prints to the canonical code, and back.

The canonical tree follows 财预〔2021〕101号 (成本 / 产出 / 效益 / 满意度) with the classic 成本指标 under 产出
kept as ``output.cost``, because most published forms still print it there. Words such as 指标, 目标,
brackets, scores and blanks around a category are noise: ``产出指标(50分)`` is 产出.
"""

from __future__ import annotations

import re
from functools import lru_cache

# code → national names of level 1 and level 2
NATIONAL: dict[str, tuple[str, str]] = {
    "cost.economic": ("成本指标", "经济成本指标"),
    "cost.social": ("成本指标", "社会成本指标"),
    "cost.environmental": ("成本指标", "生态环境成本指标"),
    "output.quantity": ("产出指标", "数量指标"),
    "output.quality": ("产出指标", "质量指标"),
    "output.timeliness": ("产出指标", "时效指标"),
    "output.cost": ("产出指标", "成本指标"),
    "outcome.economic": ("效益指标", "经济效益指标"),
    "outcome.social": ("效益指标", "社会效益指标"),
    "outcome.ecological": ("效益指标", "生态效益指标"),
    "outcome.sustainable": ("效益指标", "可持续影响指标"),
    "satisfaction.beneficiaries": ("满意度指标", "服务对象满意度指标"),
}

_NOISE = re.compile(
    r"[\s*＊:：、]|[（(\[【][^）)\]】]*[）)\]】]分?|^[一二三四五六七八九十\d]+[、.．]|(?<=标)[（(]?\d{1,3}(分|%)?[)）]?$"
)
_TAIL = re.compile(r"(类|性)?(指标|目标|值)?(等)?$")

_LEVEL1 = (
    ("output", re.compile(r"(年度|项目)?(产出|完成|项目完成|产出与完成)")),
    ("outcome", re.compile(r"(年度|项目)?(效益|效果|成效|项目效益|项目效果)")),
    ("satisfaction", re.compile(r".{0,12}满意度")),
    ("cost", re.compile(r"(年度|项目)?成本")),
)
_LEVEL2 = (
    ("cost.economic", re.compile(r"经济成本")),
    ("cost.social", re.compile(r"社会成本")),
    ("cost.environmental", re.compile(r"(生态|环境|生态环境)成本")),
    ("output.quantity", re.compile(r"(产出)?数量")),
    ("output.quality", re.compile(r"(产出)?质量")),
    ("output.timeliness", re.compile(r"(产出)?(时效|进度|时间|及时)")),
    ("output.cost", re.compile(r"(产出|项目)?成本")),
    ("outcome.economic", re.compile(r"经济(效益|效果|影响)")),
    ("outcome.social", re.compile(r"社会(效益|效果|影响)")),
    ("outcome.ecological", re.compile(r"(生态|环境|生态环境)(效益|效果|影响|保护)")),
    ("outcome.sustainable", re.compile(r"可持续性?(影响|发展|效益)?")),
    (
        "satisfaction.beneficiaries",
        re.compile(
            r"((社会公众|公众|群众|服务对象|受益对象|受益人|受益群体|使用者|使用人|对象|主管部门|职工|社会)(及|和|或|、|与|/)?){0,3}满意度"
        ),
    ),
)


@lru_cache(maxsize=4096)
def core(text: str) -> str:
    """Return a category label without blanks, brackets, numbering and 指标/目标."""
    bare = _NOISE.sub("", text)
    return _TAIL.sub("", bare) or bare


@lru_cache(maxsize=4096)
def level1_code(text: str) -> str:
    """Return ``output``, ``outcome``, ``satisfaction`` or ``cost``; ``""`` when it is no level-1 category."""
    if not text or len(text) > 40:
        return ""
    bare = core(text)
    return next((code for code, pattern in _LEVEL1 if pattern.fullmatch(bare)), "")


@lru_cache(maxsize=4096)
def level2_code(text: str) -> str:
    """Return the canonical code a level-2 label stands for by itself; ``""`` when it is none."""
    if not text or len(text) > 40:
        return ""
    bare = core(text)
    return next((code for code, pattern in _LEVEL2 if pattern.fullmatch(bare)), "")


@lru_cache(maxsize=4096)
def category(level1: str, level2: str) -> str:
    """Return the canonical code of a pair of labels, ``""`` when unknown.

    Level 2 decides; level 1 only where level 2 is blank and level 1 has a single child, or where
    the same word means two things (成本 under 产出 or by itself).
    """
    first, second = level1_code(level1), level2_code(level2)
    if second:
        return second
    return "satisfaction.beneficiaries" if first == "satisfaction" and not level2.strip() else ""
