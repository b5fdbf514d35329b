"""指标库 as an Excel list: out, in again with a preview of every row, and the blank list to fill in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from indicators.categories import NATIONAL, category
from indicators.models import LibraryIndicator
from projects.models import Department, Role, User
from projects.models.keys import natural_key
from projects.permissions import may_keep_library, rights_of
from projects.services import audit, library
from projects.services.library import CHOICES, FIELDS, NAMES, SHARED_NAME
from projects.services.listfile import read_list, workbook

State = LibraryIndicator.State
NUMBER, PLACE, LEVEL1, STATE = "编号", "指标库", "一级指标", "状态"
HEADS = (NUMBER, PLACE, LEVEL1, *NAMES.values(), STATE)
NEEDED = (NAMES["category"], NAMES["name"])
WIDTHS = (8, 18, 12, 16, 26, 30, 26, 14, 16, 24, 10, 10, 10, 14, 26, 22, 14, 14, 10)
MOST = 1_000
LARGEST = 50_000
"""Lines of one exported file."""
STATES = {str(State.IN_USE.label): State.IN_USE, str(State.RETIRED.label): State.RETIRED}
# Look-alikes that people type for a sign or a direction.
_SPELLINGS = {
    "≧": "≥",
    ">=": "≥",
    "≦": "≤",
    "<=": "≤",
    "＝": "=",
    "＞": ">",
    "＜": "<",
    "正向": "正向指标",
    "反向": "反向指标",
}
NEW, CHANGED, UNCHANGED, WRONG = "new", "changed", "unchanged", "wrong"
OUTCOMES = {NEW: _("新增"), CHANGED: _("修改"), UNCHANGED: _("不变"), WRONG: _("有错误")}


@dataclass(slots=True)
class Row:
    """One line as typed, and what it would do. ``previewed`` (with the indicator's ``pk`` and ``version``) is what the
    person was shown; a row that would do something else by now is wrong."""

    number: int
    texts: dict[str, str]
    pk: int | None = None
    version: int = 0
    previewed: str = ""
    outcome: str = ""
    errors: list[str] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    department: Department | None = None
    state: str = State.IN_USE

    @property
    def name(self) -> str:
        return self.texts.get(NAMES["name"], "")

    @property
    def said(self) -> str:
        return OUTCOMES[self.outcome]


def read_rows(data: bytes, name: str) -> list[Row]:
    """Return the lines of the first sheet. Raises :class:`perfgoals.uploads.FileRefused`."""
    lines = read_list(data, name, heads=HEADS, needed=NEEDED, most=MOST)
    return [Row(line.number, line.texts) for line in lines]


def check_rows(rows: list[Row], *, actor: User, default: Department | None) -> Counter[str]:
    """Say of each row what it would do and everything that is wrong with it; return how many do what.

    ``default`` is the library of rows that name none. Writes nothing; the number of queries does not grow with the
    rows. A row that was previewed before and whose indicator has changed since is wrong.
    """
    kept = _libraries(actor)
    for row in rows:
        _read(row, kept, default)
    standing = _standing(rows)
    met: Counter[Any] = Counter()
    for row in rows:
        found = _indicator_of(row, standing)
        _compare(row, found, actor)
        key = found.pk if found else (row.department and row.department.pk, row.fields["category"], _key(row))
        met[key] += 1
        if met[key] > 1 and not row.errors:
            row.errors.append(_("与前面的一行是同一个指标"))
    for row in rows:
        if row.errors:
            row.outcome = WRONG
    return Counter(row.outcome for row in rows)


def _libraries(actor: User) -> dict[str, list[Department | None]]:
    """The libraries that ``actor`` keeps, by name and by code."""
    rights = rights_of(actor)
    found: dict[str, list[Department | None]] = {}
    if rights.has(Role.ADMINISTRATOR, None):
        found[SHARED_NAME] = found["共享"] = [None]
    for department in Department.objects.filter(rights.departments(Role.ADMINISTRATOR)).order_by("path"):
        for word in {department.name, department.code} - {""}:
            found.setdefault(word, []).append(department)
    return found


def _read(row: Row, kept: dict[str, list[Department | None]], default: Department | None) -> None:
    """Understand what was typed in one row."""
    row.errors, row.changes, row.fields = [], [], {}
    for name in FIELDS:
        head = NAMES[name]
        if head not in row.texts and name not in ("category", "name"):
            continue  # a column that is not in the file says nothing about its field
        text = row.texts.get(head, "")
        if name in CHOICES and text:
            text = _SPELLINGS.get(text, text)
            if text not in CHOICES[name]:
                row.errors.append(_("“%(head)s”只能填：%(words)s") % {"head": head, "words": "、".join(CHOICES[name])})
                continue
            text = CHOICES[name][text]
        row.fields[name] = text
    row.fields["category"] = category(row.texts.get(LEVEL1, ""), row.texts.get(NAMES["category"], ""))
    if row.fields["category"] not in NATIONAL:
        row.errors.append(_("“二级指标”不是国家分类中的类别"))
    if not row.fields["name"]:
        row.errors.append(_("“三级指标”没有填"))
    place = row.texts.get(PLACE, "")
    found = kept.get(place, []) if place else [default]
    if len(found) != 1:
        reason = (
            _("“指标库”不唯一，请填部门代码")
            if found
            else _("“指标库”不存在，或不由您维护：%(name)s") % {"name": place}
        )
        row.errors.append(reason)
    row.department = found[0] if found else None
    state = row.texts.get(STATE, "")
    if state and state not in STATES:
        row.errors.append(_("“状态”只能填：%(words)s") % {"words": "、".join(STATES)})
    row.state = STATES.get(state, "")


def _key(row: Row) -> str:
    return natural_key(row.fields["name"])


def _standing(rows: list[Row]) -> tuple[dict[int, LibraryIndicator], dict[tuple[Any, str, str], LibraryIndicator]]:
    """The indicators that the rows may mean: by number, and by library, category and name (those in use win)."""
    numbers = {int(text) for row in rows if (text := row.texts.get(NUMBER, "")).isdecimal() and len(text) < 18}
    some = LibraryIndicator.objects.filter(state__in=STATES.values(), merged_into=None).select_related("department")
    by_number = {one.pk: one for one in some.filter(pk__any_of=sorted(numbers))}
    named = some.filter(name_key__any_of=sorted({_key(row) for row in rows}))
    in_order = sorted(named, key=lambda one: (one.state == State.IN_USE, -one.pk))
    return by_number, {(one.department_id, one.category, one.name_key): one for one in in_order}


def _indicator_of(
    row: Row, standing: tuple[dict[int, LibraryIndicator], dict[tuple[Any, str, str], LibraryIndicator]]
) -> LibraryIndicator | None:
    by_number, by_name = standing
    typed = row.texts.get(NUMBER, "")
    place = row.department.pk if row.department else None
    same = by_name.get((place, row.fields["category"], _key(row)))
    if not typed:
        return same
    found = by_number.get(int(typed)) if typed.isdecimal() and len(typed) < 18 else None
    if found is None:
        row.errors.append(_("没有编号为 %(number)s 的指标；新增的行不填编号") % {"number": typed})
    elif same is not None and same.pk != found.pk and State.IN_USE in (same.state, found.state):
        row.errors.append(_("改成的名称已被编号 %(number)d 的指标使用") % {"number": same.pk})
    return found


def _compare(row: Row, found: LibraryIndicator | None, actor: User) -> None:
    """Set what the row would do to ``found``, or to the library when there is none."""
    if row.previewed and (row.pk, row.version) != ((found.pk, found.version) if found else (None, 0)):
        row.errors.append(_("预览之后别人改动了这个指标，请核对后再写入"))
    indicator = found or LibraryIndicator(department=row.department, state=State.IN_USE)
    if found is not None and (reason := may_keep_library(actor, found.department)):
        row.errors.append(reason)
    before = {name: library.shown(indicator, name) for name in FIELDS}
    place = indicator.department
    library.fill(indicator, row.fields)
    for name, messages in library.faults(indicator).items():
        if name not in ("category", "name") or not row.errors:
            row.errors += [f"“{NAMES[name]}”{message}" for message in messages]
    row.state = row.state or (found.state if found else State.IN_USE)
    row.pk, row.version = (found.pk, found.version) if found else (None, 0)
    after = {name: library.shown(indicator, name) for name in FIELDS}
    row.changes = [(NAMES[name], before[name], after[name]) for name in FIELDS if before[name] != after[name]]
    if found is None:
        row.outcome = NEW
        return
    if place != row.department:
        row.changes.append((PLACE, library.library_name(place), library.library_name(row.department)))
    if found.state != row.state:
        row.changes.append((STATE, str(State(found.state).label), str(State(row.state).label)))
    row.outcome = CHANGED if row.changes else UNCHANGED


@transaction.atomic
def import_rows(
    rows: list[Row],
    *,
    actor: User,
    default: Department | None,
    progress: Callable[[], None] | None = None,
) -> Counter[str]:
    """Write the rows that are new or changed; rows with errors are left out.

    Everything is checked again: between preview and confirmation others work, too. Raises ``ValidationError`` when a
    row has come to be wrong since, or cannot be written after all; then nothing is written.
    """
    found = check_rows(rows, actor=actor, default=default)
    if found[WRONG]:
        raise ValidationError(_("预览之后指标库有变化，没有写入。"))
    for row in rows:
        try:
            _write(row, actor)
        except (ValidationError, library.Stale) as error:
            text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            raise ValidationError(_("第 %(n)d 行：%(why)s") % {"n": row.number, "why": text}) from error
        except PermissionDenied as error:
            raise ValidationError(str(error)) from error
        if progress:
            progress()
    audit.record(
        "library.import", actor=actor, name=SHARED_NAME, after={said: found[key] for key, said in OUTCOMES.items()}
    )
    return found


def _write(row: Row, actor: User) -> None:
    if row.outcome == UNCHANGED:
        return
    if row.outcome == NEW:
        made = library.create_indicator(actor=actor, department=row.department, fields=row.fields)
        pk, version = made.pk, made.version
    else:
        assert row.pk is not None  # noqa: S101  for the type checker: a changed row has its indicator
        done = library.change_indicator(
            actor=actor, pk=row.pk, version=row.version, fields=row.fields, department=row.department
        )
        pk, version = done.pk, done.version
    library.set_in_use(actor=actor, pk=pk, version=version, in_use=row.state == State.IN_USE)


def pack(rows: list[Row]) -> list[list[Any]]:
    """Return the rows that would be written as plain data, to travel in the confirmation form."""
    kept = [row for row in rows if row.outcome in (NEW, CHANGED)]
    return [[row.number, row.texts, row.pk, row.version, row.outcome] for row in kept]


def unpack(data: list[list[Any]]) -> list[Row]:
    return [Row(*item) for item in data]


def template() -> bytes:
    """The blank list, with the words to choose from."""
    words = "、".join(second for _first, second in NATIONAL.values())
    note = (
        f"“三级指标”“二级指标”必填；二级指标可填：{words}。新增的行不填编号；指标库填“{SHARED_NAME}”或部门代码、名称。"
    )
    return _book([], note)


def export(indicators: Iterable[LibraryIndicator]) -> bytes:
    """The indicators as a list that can be imported again."""
    return _book((line_of(indicator) for indicator in indicators), "")


def line_of(indicator: LibraryIndicator) -> list[str]:
    level1, level2 = NATIONAL.get(indicator.category, ("", indicator.category))
    place = indicator.department
    shown = [library.shown(indicator, name) for name in FIELDS[1:]]
    where = (place.code or place.name) if place else SHARED_NAME
    return [str(indicator.pk), where, level1, level2, *shown, str(indicator.get_state_display())]


def _book(lines: Iterable[list[str]], note: str) -> bytes:
    choices = {NAMES[name]: list(words) for name, words in CHOICES.items()}
    choices |= {STATE: list(STATES), LEVEL1: list(dict.fromkeys(first for first, _second in NATIONAL.values()))}
    return workbook("指标库", HEADS, lines, WIDTHS, note=note, choices=choices, filters=True)
