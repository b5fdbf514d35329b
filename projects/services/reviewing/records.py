"""The register of decisions and the statistics of a year: page data, and the same as Excel. See docs/review.md."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from perfgoals.web.figures import wan
from projects.grids.xlsx_writer import write_xlsx
from projects.layouts.reviewforms import LEVELS, list_form
from projects.models import ReviewComment, Submission
from projects.rules import rule_of
from projects.rules.dimensions import GRADES
from projects.selectors import decisions as selector
from projects.selectors.decisions import NAMES, Wish, days, wish_of
from projects.workflow import action_name

if TYPE_CHECKING:
    from projects.models import User

SIZE = 50
MOST = 20_000
"""Lines of one Excel register."""
TOP = 12
STEP, THICK, RIGHT = 26.0, 16.0, 70.0
# Width of a plot and what of it the labels take: plots with short labels stand three in a row.
NARROW, BROAD, SHORT = (340.0, 76.0), (480.0, 130.0), 6
HEADS = (
    "时间",
    "审核人",
    "级次",
    "决定",
    "项目",
    "部门",
    "金额（万元）",
    "第几次送审",
    "总评",
    "得分",
    "意见",
    "用时（天）",
)
WIDTHS = (11, 13, 8, 8, 20, 20, 10, 6, 6, 6, 22, 6)


def register_data(*, user: User | Any, params: Mapping[str, Any], year: int | None = None) -> dict[str, Any]:
    """Return one page of the register. ``year`` counts where the conditions name none."""
    wish = wish_of(params)
    found = selector.decisions(user, wish, year=year)
    totals = found.order_by().aggregate(count=Count("pk"), amount=Sum("table__amount"))
    pages = max(1, -(-totals["count"] // SIZE))
    number = min(max(int(wish.page or 1), 1), pages)
    rows = [_row(item) for item in found[(number - 1) * SIZE : number * SIZE]]
    query = _query(wish, year)
    return {
        "years": selector.years(user),
        "rows": rows,
        "filters": _filters(user, wish, year),
        "page": {"number": number, "pages": pages, "size": SIZE},
        "totals": {"count": totals["count"], "amount": f"{totals['amount'] or Decimal(0):.2f}"},
        "query": query,
        "file": f"{reverse('review-register-file')}?{query}",
    }


def _query(wish: Wish, year: int | None) -> str:
    return wish.query(page="", year=wish.year or (str(year) if year is not None else ""))


def _filters(user: Any, wish: Wish, year: int | None) -> list[dict[str, Any]]:
    choices: dict[str, tuple[str, list[tuple[str, str]]]] = {
        "year": ("年度", [(str(number), f"{number}年") for number in selector.years(user)]),
        "department": ("部门", [(str(pk), name) for pk, name in selector.departments(user)]),
        "level": ("级次", list(LEVELS.items())),
        "decision": ("决定", list(NAMES.items())),
        "grade": ("总评", [(grade, grade) for grade in GRADES]),
    }
    found = []
    for key, (name, listed) in choices.items():
        value = getattr(wish, key) or (str(year) if key == "year" and year is not None else "")
        text = next((text for known, text in listed if known == value), "")
        options = [{"value": known, "text": text_, "count": None} for known, text_ in listed]
        found.append({"key": key, "name": name, "value": value, "text": text, "choices": options})
    return found


def _row(item: Any) -> dict[str, Any]:
    table = item.table
    sheet_url = ""
    if item.sheet is not None:
        sheet_url = f"{reverse('review-sheet-file', args=[table.pk, 'docx'])}?revision={item.sheet_revision}"
    return {
        "at": timezone.localtime(item.at).isoformat(timespec="seconds"),
        "by": item.actor_name,
        "level": item.level,
        "level_name": LEVELS[item.level],
        "action": item.action,
        "action_name": action_name(item.action),
        "table": {"id": table.pk, "label": table.label, "url": reverse("table", args=[table.pk])},
        "department": table.department.name,
        "amount": None if table.amount is None else f"{table.amount}",
        "round": item.rounds or 1,
        "grade": item.grade or "",
        "score": "" if item.score is None else f"{item.score.normalize():f}",
        "reason": item.reason,
        "days": days(item),
        "sheet_url": sheet_url,
    }


def write_register(*, user: User | Any, params: Mapping[str, Any], out: BinaryIO) -> int:
    """Write the register that meets the conditions as Excel; return the number of lines."""
    wish = wish_of(params)
    rows = [_texts(item) for item in selector.decisions(user, wish)[:MOST]]
    title = f"{wish.year}年度绩效目标审核登记簿" if wish.year else "绩效目标审核登记簿"
    blocks = list_form(title, f"共 {len(rows)} 次\t", HEADS, rows, WIDTHS)
    write_xlsx([("登记簿", blocks)], out, title=title, wide=True)
    return len(rows)


def _texts(item: Any) -> list[str]:
    row = _row(item)
    at = f"{timezone.localtime(item.at):%Y-%m-%d %H:%M}"
    return [
        at,
        row["by"],
        row["level_name"],
        row["action_name"],
        row["table"]["label"],
        row["department"],
        wan(item.table.amount) if item.table.amount is not None else "",
        str(row["round"]),
        row["grade"],
        row["score"],
        row["reason"],
        "" if row["days"] is None else str(row["days"]),
    ]


# Statistics -----------------------------------------------------------------------------------------------------


def statistics_data(*, user: User | Any, params: Mapping[str, Any], year: int | None = None) -> dict[str, Any]:
    """Return cards, plots and the tables behind them; without decisions there are none of the latter two."""
    wish = wish_of(params)
    records = list(selector.decisions(user, wish, year=year)[:MOST])
    found = {
        "years": selector.years(user),
        "filters": _filters(user, wish, year),
        "cards": _cards(records),
        "plots": [],
        "tables": [],
        "query": _query(wish, year),
        "file": f"{reverse('review-statistics-file')}?{_query(wish, year)}",
    }
    if not records:
        return found
    facts = _facts(records)
    tables = [_rounds(records), _days(records), _grades(records), _findings(facts), _departments(records, facts)]
    plots = [_plot(table) for table in tables[:4]]
    return found | {"plots": [plot for plot in plots if plot["bars"]], "tables": tables}


def _cards(records: Sequence[Any]) -> list[dict[str, str]]:
    done = Counter(item.action for item in records)
    waits = sorted(wait for item in records if (wait := days(item)) is not None)
    middle = f"{waits[len(waits) // 2]} 天" if waits else "—"
    return [
        {"name": "审核决定", "value": str(len(records)), "hint": "退回、审核通过和批复的次数"},
        {"name": "涉及的表", "value": str(len({item.table_id for item in records})), "hint": ""},
        {"name": "退回", "value": str(done["return"]), "hint": ""},
        {"name": "批复", "value": str(done["approve"]), "hint": ""},
        {"name": "用时中位数", "value": middle, "hint": "从送到本级到作出决定"},
    ]


def _facts(records: Sequence[Any]) -> list[Any]:
    ids = {item.table_id for item in records}
    names = ("table_id", "table__department__name", "blocks", "warns", "codes")
    return [row for row in Submission.objects.order_by("table__department__path").values_list(*names) if row[0] in ids]


def _table(key: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    return {"key": key, "title": title, "heads": list(heads), "rows": [[str(cell) for cell in row] for row in rows]}


def _shared(counted: Sequence[tuple[str, int]]) -> list[tuple[str, int, str]]:
    total = sum(number for _, number in counted) or 1
    return [(label, number, f"{Decimal(number * 100) / total:.0f}%") for label, number in counted]


def _rounds(records: Sequence[Any]) -> dict[str, Any]:
    """How often tables were submitted until they were approved; those not approved count with what they had."""
    most: dict[int, int] = defaultdict(int)
    for item in records:
        most[item.table_id] = max(most[item.table_id], item.rounds or 1)
    counted = Counter(min(number, 4) for number in most.values())
    rows = _shared([(f"{n} 次" if n < 4 else "4 次以上", counted[n]) for n in range(1, 5)])
    return _table("rounds", "送审次数", ("送审次数", "表数", "占比"), rows)


_SPANS = (("1 天以内", 1), ("2–3 天", 3), ("4–7 天", 7), ("8–15 天", 15), ("15 天以上", 10**9))


def _days(records: Sequence[Any]) -> dict[str, Any]:
    counted: Counter[str] = Counter()
    for item in records:
        wait = days(item)
        if wait is not None:
            counted[next(name for name, most in _SPANS if wait <= most)] += 1
    return _table(
        "days", "审核用时", ("用时", "次数", "占比"), _shared([(name, counted[name]) for name, _most in _SPANS])
    )


def _grades(records: Sequence[Any]) -> dict[str, Any]:
    counted = Counter(item.grade for item in records if item.grade)
    rows = _shared([(grade, counted[grade]) for grade in GRADES])
    return _table("grades", "审核表总评", ("总评", "次数", "占比"), rows if counted else [])


def _findings(facts: Sequence[Any]) -> dict[str, Any]:
    counted: Counter[str] = Counter()
    for *_rest, codes in facts:
        counted.update({code: number for code, number in codes.items() if isinstance(number, int)})
    rows = _shared([(_title(code), number) for code, number in counted.most_common(TOP)])
    return _table("findings", "最常见的检查问题", ("问题", "处数", "占比"), rows)


def _title(code: str) -> str:
    rule = rule_of(code)
    return rule.title if rule else code


def _departments(records: Sequence[Any], facts: Sequence[Any]) -> dict[str, Any]:
    names = {item.table_id: item.table.department.name for item in records}
    must = ReviewComment.objects.filter(table__in=list(names), kind=ReviewComment.Kind.MUST, removed=False)
    comments: Counter[str] = Counter()
    for table, number in must.order_by().values_list("table").annotate(n=Count("pk")):
        comments[names[table]] += number
    done: dict[str, Counter[str]] = defaultdict(Counter)
    for item in records:
        done[names[item.table_id]][item.action] += 1
    blocks: Counter[str] = Counter()
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    for _pk, name, block, warn, found in facts:
        blocks[name] += block + warn
        codes[name].update({code: number for code, number in found.items() if isinstance(number, int)})
    rows = [
        (
            name,
            sum(own == name for own in names.values()),
            acts["return"],
            acts["approve"],
            comments[name],
            blocks[name],
            "、".join(_title(code) for code, _n in codes[name].most_common(3)),
        )
        for name, acts in done.items()
    ]
    heads = ("部门", "表数", "退回", "批复", "必须修改的意见", "检查问题", "最常见的问题")
    return _table("departments", "各部门", heads, rows)


def _plot(table: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the second column of a table out as bars, in units of the view box."""
    values = [int(row[1]) for row in table["rows"]]
    most = max(values, default=0)
    width, left = NARROW if all(len(row[0]) <= SHORT for row in table["rows"]) else BROAD
    room = width - left - RIGHT
    bars = [
        {
            "label": row[0],
            "x": f"{left:g}",
            "y": f"{at * STEP + 4:g}",
            "w": f"{max(room * value / most, 0.5):.1f}",
            "h": f"{THICK:g}",
            "end": f"{left + max(room * value / most, 0.5):.1f}",
            "value": row[1],
            "share": row[2],
        }
        for at, (row, value) in enumerate(zip(table["rows"], values, strict=True))
        if most
    ]
    return {
        "key": table["key"],
        "title": table["title"],
        "width": f"{width:g}",
        "height": f"{len(values) * STEP + 8:g}",
        "bars": bars,
        "table": table["key"],
    }


def write_statistics(*, user: User | Any, params: Mapping[str, Any], out: BinaryIO) -> None:
    """Write the tables behind the plots as Excel, a sheet each."""
    found = statistics_data(user=user, params=params)
    year = wish_of(params).year
    caption = f"{year}年度" if year else "全部年度"
    sheets = [
        (table["title"], list_form(table["title"], f"{caption}\t", table["heads"], table["rows"]))
        for table in found["tables"]
    ]
    cards = [[card["name"], card["value"], card["hint"]] for card in found["cards"]]
    sheets.insert(0, ("概况", list_form("绩效目标审核统计", f"{caption}\t", ("项目", "数值", "说明"), cards)))
    write_xlsx(sheets, out, title=f"{caption}绩效目标审核统计")
