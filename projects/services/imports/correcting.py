"""A person's decisions on a batch: cells, departments, what is left out, options. Each raises the batch's version.

A correction is kept beside what the machine read: ``corrections["cells"]`` maps a path to ``{"was", "text"}``, so that
it can be shown, taken back, and made again when the file is read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet

from projects.layouts import layout_of
from projects.layouts.typed import INDICATOR_LISTS, kind_of, set_indicator, tidy
from projects.layouts.values import day_of_serial, parse_day, parse_money, parse_number, parse_percent
from projects.models import Department, ImportBatch, ImportTable, User
from projects.permissions import may_administer
from projects.services import audit
from projects.services.imports import placing
from projects.targettable import ROW_TYPES, TargetTable, leaf_text, leaves

MOST_TEXT = 100_000
AT_ONCE = 500


class Refused(Exception):
    """The decision was not taken; the message (Chinese) is fit for the page."""


class Stale(Refused):
    """Somebody decided something else meanwhile."""

    def __init__(self) -> None:
        super().__init__("这个批次在您打开之后有过改动，请看清最新的内容后再操作。")


def locked(batch_id: int, *, user: User | Any, version: int | None = None) -> ImportBatch:
    """Return the open batch under its lock. Raises :class:`Refused`, :class:`Stale` when ``version`` is an old one."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("department").get(pk=batch_id)
    if why := may_administer(user, batch.department):
        raise Refused(why)
    if batch.state != ImportBatch.State.OPEN:
        raise Refused(f"这个批次{batch.get_state_display()}，不能再改动")
    if version is not None and batch.version != version:
        raise Stale
    return batch


def touched(batch: ImportBatch) -> None:
    """Raise the version: what others see of the batch is no longer what it is."""
    ImportBatch.objects.filter(pk=batch.pk).update(version=F("version") + 1, message="")
    batch.version += 1


def plain_path(path: str) -> str:
    """``indicators.3.value`` → ``indicators.value``."""
    first, _, rest = path.partition(".")
    return f"{first}.{rest.partition('.')[2]}" if first in ROW_TYPES else path


def texts(table: TargetTable) -> dict[str, str]:
    """Every leaf as text by its path, as a correction would be typed; amounts in yuan."""
    return {path: leaf_text(plain_path(path), value) for path, value in leaves(table)}


def put(table: TargetTable, path: str, text: str) -> None:
    """Write a typed text into a leaf. Raises :class:`Refused` for a path that is none."""
    text = tidy(text)[:MOST_TEXT]
    first, _, rest = path.partition(".")
    try:
        if first in ROW_TYPES:
            index, _, leaf = rest.partition(".")
            row = getattr(table, first)[int(index)]
            if leaf not in row.__dataclass_fields__:
                raise AttributeError(leaf)
            if first in INDICATOR_LISTS:
                if leaf != "category":
                    set_indicator(row, leaf, text, layout_of(table))
            else:
                setattr(row, leaf, _value(f"{first}.{leaf}", text))
        elif first == "extra":
            table.extra[rest] = text
        elif path == "fiscal_year":
            table.fiscal_year = int(text) if text else None
        elif path in ("title", "duties"):
            setattr(table, path, text)
        else:
            owner = getattr(table, first)
            if rest not in owner.__dataclass_fields__:
                raise AttributeError(rest)
            setattr(owner, rest, _value(path, text))
    except ValueError as error:
        raise Refused(f"“{text[:20]}”不是年度，请填四位数字") from error
    except (AttributeError, IndexError) as error:
        raise Refused(f"没有这一格：{path[:80]}") from error


def _value(path: str, text: str) -> Any:
    kind = kind_of(path)
    if kind == "money":
        return parse_money(text, "元")
    if kind == "percent":
        return parse_percent(text)
    if kind == "day":
        return day_of_serial(text) or parse_day(text)
    return parse_number(text) if kind == "number" else text


def correct(
    *, user: User | Any, batch_id: int, table_id: int, cells: Mapping[str, str], version: int, everywhere: bool = False
) -> int:
    """Write corrected texts into a table's cells; return how many tables took part.

    ``everywhere``: also into every table of the batch in the same form whose cell says the same as this one's did.
    """
    with transaction.atomic():
        batch = locked(batch_id, user=user, version=version)
        row = ImportTable.objects.select_for_update().get(pk=table_id, batch=batch)
        now = texts(row.table)
        changes = {path: (now.get(path, ""), text) for path, text in cells.items() if tidy(text) != now.get(path, "")}
        if not changes:
            return 0
        count = 0
        for rows in _chunks(_same_form(row) if everywhere else ImportTable.objects.filter(pk=row.pk)):
            fitting = [other for other in rows if _correct_one(other, changes, strict=other.pk == row.pk)]
            places = [other.place for other in fitting]
            placing.store_again(batch, fitting, places)
            count += len(fitting)
        touched(batch)
        names = {path: f"{was[:60]} → {text[:60]}" for path, (was, text) in list(changes.items())[:30]}
        audit.record(
            "import.correct",
            actor=user,
            obj=batch,
            name=f"{batch.name}：{row.label}",
            department=batch.department,
            after={"更正": names, "张数": count},
        )
    return count


def _same_form(row: ImportTable) -> QuerySet[ImportTable]:
    return ImportTable.objects.filter(batch_id=row.batch_id, form=row.form) if row.form else _alone(row)


def _alone(row: ImportTable) -> QuerySet[ImportTable]:
    return ImportTable.objects.filter(pk=row.pk)


def _chunks(rows: QuerySet[ImportTable]) -> Iterable[list[ImportTable]]:
    ids = list(rows.order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        yield list(ImportTable.objects.filter(pk__any_of=ids[start : start + AT_ONCE]).order_by("id"))


def _correct_one(row: ImportTable, changes: Mapping[str, tuple[str, str]], *, strict: bool) -> bool:
    """Make the changes that fit; whether any did. Only the table itself takes them whatever stands there."""
    now = texts(row.table)
    made = False
    for path, (was, text) in changes.items():
        if not strict and (path not in now or now[path] != was):
            continue
        put(row.table, path, text)
        cells = row.corrections.setdefault("cells", {})
        cells[path] = {"was": cells.get(path, {}).get("was", was), "text": tidy(text)}
        made = True
    if made:
        row.changed()
    return made


def reapply(row: ImportTable, corrections: Mapping[str, Any]) -> None:
    """Make the corrections of an earlier reading again, where the new reading still says what they were made on."""
    kept: dict[str, Any] = {name: value for name, value in corrections.items() if name != "cells"}
    now = texts(row.table)
    for path, change in corrections.get("cells", {}).items():
        if now.get(path) == change["was"]:
            put(row.table, path, change["text"])
            kept.setdefault("cells", {})[path] = change
    row.corrections = kept
    row.changed()


def reread(
    *, user: User | Any, batch_id: int, table_id: int, corrections: Sequence[Mapping[str, Any]], version: int
) -> int:
    """Correct how a table is read (which column means what, where a table begins) and read again what it concerns.

    ``corrections`` are data as in docs/import.md, all of one kind. Those of a form hold for all its tables of the
    batch, those of a place for their file. Returns the number of files that are read again.
    """
    from projects.layouts.corrections import Correction
    from projects.services.imports.batches import read_again

    try:
        listed = [Correction.from_dict(dict(one)).to_dict() for one in corrections]
    except ValueError as error:
        raise Refused(str(error)) from error
    with transaction.atomic():
        batch = locked(batch_id, user=user, version=version)
        row = ImportTable.objects.select_related("file").get(pk=table_id, batch=batch)
        file = row.file
        if listed[0]["form"]:
            if listed[0]["form"] != row.form:
                raise Refused("这项更正不属于这张表的表式")
            batch.options["readings"] = _with(batch.options.get("readings", []), listed)
            ImportBatch.objects.filter(pk=batch.pk).update(options=batch.options)
            concerned = ImportTable.objects.filter(batch=batch, form=row.form)
            ids = list(concerned.order_by("file_id").values_list("file_id", flat=True).distinct())
        else:
            file.readings = _with(file.readings, listed)
            file.save(update_fields=["readings"])
            ids = [file.pk]
        touched(batch)
        audit.record(
            "import.reread",
            actor=user,
            obj=batch,
            name=f"{batch.name}：{row.label}",
            department=batch.department,
            after={"更正": {name: value for name, value in listed[0].items() if value}, "文件数": len(ids)},
        )
    return read_again(user=user, batch_id=batch_id, file_ids=ids)


def _with(kept: Sequence[dict[str, Any]], made: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """``kept`` with ``made`` in place of what they replace; splitting and joining at one place replace each other."""

    def place(one: Mapping[str, Any]) -> tuple[Any, ...]:
        op = "border" if one["op"] in ("split", "join") else one["op"]
        return (op, *(one[name] for name in ("form", "part", "row", "column", "label")))

    return list(({place(one): one for one in kept} | {place(one): one for one in made}).values())


def exclude(*, user: User | Any, batch_id: int, tables: Sequence[int], excluded: bool, version: int) -> int:
    """Leave tables out of the import, or take them in again; return how many."""
    with transaction.atomic():
        batch = locked(batch_id, user=user, version=version)
        chosen = ImportTable.objects.filter(batch=batch, pk__any_of=list(tables)).exclude(excluded=excluded)
        count = 0
        for rows in _chunks(chosen):
            places = {row.place for row in rows}
            for row in rows:
                row.excluded = excluded
            placing.store_again(batch, rows, places)
            count += len(rows)
        if count:
            touched(batch)
            what = "不导入" if excluded else "恢复导入"
            audit.record(
                "import.exclude",
                actor=user,
                obj=batch,
                department=batch.department,
                after={"操作": what, "张数": count},
            )
    return count


def choose_department(
    *, user: User | Any, batch_id: int, stated: str, choice: str, version: int, table_id: int | None = None
) -> int:
    """Say which department the tables that state ``stated`` belong to (one table alone with ``table_id``).

    ``choice`` is an id, ``"new"`` for a new department of that name below the batch's, ``""`` to take the choice back.
    Returns how many tables were placed anew.
    """
    with transaction.atomic():
        batch = locked(batch_id, user=user, version=version)
        chosen = _department(batch, user, stated, choice)
        if table_id is None:
            departments = batch.options.setdefault("departments", {})
            departments.pop(stated, None)
            if chosen is not None:
                departments[stated] = chosen.pk
            ImportBatch.objects.filter(pk=batch.pk).update(options=batch.options, made=batch.made)
            rows = ImportTable.objects.filter(batch=batch, stated=stated)
        else:
            rows = ImportTable.objects.filter(batch=batch, pk=table_id)
        count = 0
        for part in _chunks(rows):
            places = {row.place for row in part}
            for row in part:
                if table_id is not None:
                    row.corrections.pop("department", None)
                    if chosen is not None:
                        row.corrections["department"] = chosen.pk
            placing.store_again(batch, part, places)
            count += len(part)
        touched(batch)
        after = {"文件中的部门": stated or "（未写明）", "归入": str(chosen or "（未定）"), "张数": count}
        audit.record("import.department", actor=user, obj=batch, department=batch.department, after=after)
    return count


def _department(batch: ImportBatch, user: Any, stated: str, choice: str) -> Department | None:
    if choice == "":
        return None
    if choice == "new":
        from projects.services.departments import create_department

        row = ImportTable.objects.filter(batch=batch, stated=stated).first()
        ref = row.table.department if row else None
        if ref is None or not (ref.name or ref.code):
            raise Refused("表中没有写明部门名称，不能新建，请选择已有的部门")
        try:
            made = create_department(
                actor=user,
                name=" ".join((ref.name or ref.code).split()),
                code=ref.code.strip(),
                parent=batch.department,
            )
        except ValidationError as error:
            raise Refused("；".join(error.messages)) from error
        batch.made.setdefault("departments", []).append(made.pk)
        ImportBatch.objects.filter(pk=batch.pk).update(made=batch.made)
        return made
    found = None
    if choice.isdecimal() and len(choice) < 19:
        found = Department.objects.filter(placing.scope(batch), pk=int(choice)).first()
    if found is None:
        raise Refused("这个部门不在本次导入的范围内")
    return found


DEFAULTS = {"year": None, "past": "auto", "unknown": "ask"}


def set_options(
    *, user: User | Any, batch_id: int, year: int | None, past: str, version: int, unknown: str = ""
) -> None:
    """The year of tables that state none, what past years' tables become, and whether departments that are not known
    are made by the commit (``""``: as before); what that concerns is placed anew."""
    if past not in ("auto", "draft", "history") or unknown not in ("", "ask", "new", "all"):
        raise Refused("没有这种处理方式")
    with transaction.atomic():
        batch = locked(batch_id, user=user, version=version)
        if unknown in ("new", "all") and batch.department_id:
            raise Refused("只有全部部门的系统管理员可以在写入时新建部门")
        before = {name: batch.options.get(name, kept) for name, kept in DEFAULTS.items()}
        after = {"year": year, "past": past, "unknown": unknown or before["unknown"]}
        batch.options |= after
        ImportBatch.objects.filter(pk=batch.pk).update(options=batch.options)
        concerned = Q(year=None)
        if before["past"] != past:
            concerned = Q()
        elif before["unknown"] != after["unknown"]:
            concerned |= Q(department=None)
        for rows in _chunks(ImportTable.objects.filter(concerned, batch=batch)):
            placing.store_again(batch, rows, {row.place for row in rows})
        touched(batch)
        audit.record("import.options", actor=user, obj=batch, department=batch.department, before=before, after=after)


def refresh(*, user: User | Any, batch_id: int) -> None:
    """Compare everything with what is stored now: after others changed tables, or departments were made."""
    with transaction.atomic():
        batch = locked(batch_id, user=user)
        for rows in _chunks(ImportTable.objects.filter(batch=batch)):
            placing.store_again(batch, rows, {row.place for row in rows})
        touched(batch)
