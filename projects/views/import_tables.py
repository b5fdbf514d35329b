"""One table of an import: the source beside what was read from it, and the corrections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from perfgoals.uploads import FileRefused, suffix_of
from perfgoals.web.downloads import attachment
from projects.diff import diff
from projects.findings import LEVEL_NAMES, Finding
from projects.grids.grid import Grid
from projects.layouts import ReadTable, get_layout
from projects.layouts.bound import HOW_NAMES, UNSURE, Bound
from projects.layouts.names import FIELD_NAMES, LIST_NAMES, ROW_FIELD_NAMES, name_of
from projects.models import FiscalYear, ImportBatch, ImportTable
from projects.models import TargetTable as Stored
from projects.rules import STANDARD, check_table
from projects.selectors import imports as selectors
from projects.selectors.findings import setup_of
from projects.services import audit
from projects.services.imports import correcting, files, saving
from projects.services.imports import reading as service
from projects.services.imports.correcting import Refused
from projects.store import load_tables
from projects.targettable import ROW_TYPES
from projects.views.imports import deciding_back, number, own_batch, seen

HEAD_PATHS = ("fiscal_year", "title", *(path for path in FIELD_NAMES if path not in ("fiscal_year", "title")))
ALWAYS = {"fiscal_year", "project.name", "department.name", "funding.total", "goals.annual"}
LONG = {"project.overview", "project.purpose", "goals.period", "goals.annual", "duties"}
LONGEST_LABEL = 24
DERIVED = {"category", "operator", "quantity", "unit"}


@dataclass(slots=True)
class Cell:
    """One correctable leaf: ``sure`` is empty where nothing is known of its place."""

    path: str
    name: str
    text: str
    long: bool = False
    how: str = ""
    sure: str = ""
    unsure: bool = False
    was: str | None = None
    issues: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Rows:
    """One list of the table as a grid of cells."""

    name: str
    heads: list[str]
    rows: list[list[Cell]]


def own_table(request: HttpRequest, pk: int, table: int) -> tuple[ImportBatch, ImportTable]:
    batch = own_batch(request, pk)
    rows = ImportTable.objects.select_related("file", "department", "twin")
    return batch, get_object_or_404(rows, batch=batch, pk=table)


@never_cache
@require_safe
def table(request: HttpRequest, pk: int, table: int) -> HttpResponse:
    """The source with its bound cells, the reading as fields, what it would change, and what can be corrected."""
    return _page(request, *own_table(request, pk, table))


def _page(
    request: HttpRequest, batch: ImportBatch, row: ImportTable, typed: Mapping[str, str] | None = None
) -> HttpResponse:
    """The page of a table; with ``typed``, what a person wrote into its fields and could not save."""
    now = correcting.texts(row.table) | dict(typed or {})
    read, trouble = _read_again(batch, row)
    bound = _by_path(read)
    target = Stored.objects.filter(pk=row.target_id).select_related("fiscal_year").first()
    before, after = selectors.neighbours(row)
    mended = row.corrections.get("cells", {})
    compare = row.outcome == ImportTable.Outcome.CHANGED and target is not None
    context = {
        "batch": batch,
        "row": row,
        "read": read,
        "trouble": trouble,
        "lines": _lines(read.source, read.bound) if read else [],
        "head": _head(row, bound, now),
        "lists": _lists(row, bound, now),
        "labels": _labels(read),
        "columns": _columns(read),
        "texts": _texts(read),
        "label_fields": FIELD_NAMES.items(),
        "column_fields": [(path, name) for path, name in ROW_FIELD_NAMES["indicators"].items() if path != "category"],
        "difference": diff(load_tables(Stored.objects.filter(pk=row.target_id))[0], row.table) if compare else None,
        "layout": _layout_name(row.layout),
        "target": target,
        "same_form": selectors.same_form(row),
        "before": before,
        "after": after,
        "open": batch.state == ImportBatch.State.OPEN,
        "waiting": row.file.state in ("waiting", "reading"),
        "since": timezone.now().isoformat(),
        "departments": selectors.scopes(request.user)[:2_000],
        "findings": [_named(finding) | {"mended": finding["field"] in mended} for finding in row.findings],
        "remarks": [_named(finding.to_dict()) for finding in _remarks(row)],
    }
    return render(request, "imports/table.html", context, status=409 if typed else 200)


def _named(finding: dict[str, Any]) -> dict[str, Any]:
    return finding | {"level_name": LEVEL_NAMES.get(finding["level"], "")}


def _remarks(row: ImportTable) -> list[Finding]:
    """What the rules of its year will say of the table as it would be written."""
    year = FiscalYear.objects.filter(year=row.table.fiscal_year).first()
    return check_table(row.table, setup=setup_of(year.pk) if year else STANDARD)


def _layout_name(ident: str) -> str:
    found = get_layout(ident)
    return found.name if found else ident


def _read_again(batch: ImportBatch, row: ImportTable) -> tuple[ReadTable | None, str]:
    """The reading with its places: not stored, read from the file when somebody looks."""
    if suffix_of(row.file.name) == "json":
        return None, _("数据交换文件没有原表")
    row.file.batch = batch
    try:
        found = service.reads(files.content(row.file), row.file)
    except FileRefused as error:
        return None, error.message
    except OSError:
        return None, _("原文件已不在服务器上")
    fitting = [read for read in found if (read.part[:200], read.row) == (row.part, row.row)]
    return (fitting[0], "") if fitting else (None, _("原文件中没有找到这张表的位置"))


def _by_path(read: ReadTable | None) -> dict[str, Bound]:
    """The least sure binding of each path: that is how sure the field is."""
    found: dict[str, Bound] = {}
    for one in read.bound if read else ():
        if one.path not in found or one.sure < found[one.path].sure:
            found[one.path] = one
    return found


def _lines(source: Grid, bound: list[Bound]) -> list[dict[str, Any]]:
    """The source as rows of cells for the template: spans, and the fields that each was read into."""
    places: dict[tuple[str, int, int], list[Bound]] = defaultdict(list)
    for one in bound:
        places[one.part, one.row, one.column].append(one)
    lines = []
    covered: dict[int, set[int]] = defaultdict(set)
    for index, line in enumerate(source.rows):
        cells: list[dict[str, Any]] = []
        at = 0
        for cell in line.cells:
            for below in range(index + 1, index + cell.rowspan):
                covered[below].update(range(cell.col, cell.col + cell.colspan))
            here = places.get((cell.origin.part, cell.origin.row, cell.origin.column), [])
            sure = min((one.sure for one in here), default=1.0)
            cells.append(
                {
                    "gap": sum(place not in covered[index] for place in range(at, cell.col)),
                    "text": cell.text,
                    "colspan": cell.colspan,
                    "rowspan": cell.rowspan,
                    "bound": bool(here),
                    "unsure": bool(here) and sure < UNSURE,
                    "paths": "|".join(dict.fromkeys(one.path for one in here)),
                    "names": "、".join(dict.fromkeys(_short(one.path) for one in here))[:80],
                    "first": here[0].path if here else "",
                }
            )
            at = cell.col + cell.colspan
        place = line.cells[0].origin if line.cells else None
        lines.append({"cells": cells, "row": place.row if place else 0, "part": place.part if place else ""})
    return lines


def _short(path: str) -> str:
    try:
        return name_of(path)
    except (KeyError, ValueError):
        return path


def _cell(row: ImportTable, path: str, text: str, bound: dict[str, Bound], name: str = "") -> Cell:
    one = bound.get(path)
    change = row.corrections.get("cells", {}).get(path)
    return Cell(
        path,
        name or _short(path),
        text,
        path in LONG or len(text) > (10 if path.partition(".")[0] in ROW_TYPES else 60) or "\n" in text,
        HOW_NAMES.get(one.how, "") if one else "",
        f"{one.sure * 100:.0f}%" if one else "",
        bool(one) and one.sure < UNSURE if one else False,
        change["was"] if change else None,
        [finding for finding in row.findings if finding["field"] == path],
    )


def _head(row: ImportTable, bound: dict[str, Bound], now: Mapping[str, str]) -> list[Cell]:
    cells = [
        _cell(row, path, now.get(path, ""), bound)
        for path in HEAD_PATHS
        if now.get(path) or path in ALWAYS or path in bound or path in row.corrections.get("cells", {})
    ]
    return cells + [
        _cell(row, path, text, bound, path.partition(".")[2]) for path, text in now.items() if path.startswith("extra.")
    ]


def _lists(row: ImportTable, bound: dict[str, Bound], now: Mapping[str, str]) -> list[Rows]:
    found = []
    for key in ROW_TYPES:
        count = len(getattr(row.table, key))
        names = ROW_FIELD_NAMES[key]
        used = [
            leaf
            for leaf in names
            if leaf not in DERIVED and any(now[f"{key}.{index}.{leaf}"] for index in range(count))
        ]
        if count:
            rows = [
                [_cell(row, f"{key}.{index}.{leaf}", now[f"{key}.{index}.{leaf}"], bound) for leaf in used]
                for index in range(count)
            ]
            found.append(Rows(LIST_NAMES[key], [names[leaf] for leaf in used], rows))
    return found


def _labels(read: ReadTable | None) -> list[tuple[str, str]]:
    """``(label, path)``: which field each labelled cell of the head became."""
    found = {
        one.label: one.path
        for one in (read.bound if read else ())
        if one.label and one.path.partition(".")[0] not in ROW_TYPES
    }
    return list(found.items())


def _columns(read: ReadTable | None) -> list[tuple[str, str]]:
    """``(heading, row field)`` of the indicators' columns."""
    found: dict[str, str] = {}
    for one in read.bound if read else ():
        rows, _dot, rest = one.path.partition(".")
        if one.label and rows in ("indicators", "period_indicators"):
            leaf = rest.partition(".")[2]
            found.setdefault(one.label, f"period.{leaf}" if rows == "period_indicators" else leaf)
    return list(found.items())


def _texts(read: ReadTable | None) -> list[str]:
    """What stands in the source and may be a heading or label, for re-binding what was not recognised at all."""
    cells = (cell.text.strip() for line in (read.source.rows if read else ()) for cell in line.cells)
    return list(dict.fromkeys(text for text in cells if 1 < len(text) <= LONGEST_LABEL and not text.isdecimal()))[:200]


@require_POST
def cells(request: HttpRequest, pk: int, table: int) -> HttpResponse:
    """Corrected cells: what differs from the present text counts, all other fields are as they were.

    What cannot be saved stays in the fields.
    """
    batch, row = own_table(request, pk, table)
    sent = {name[2:]: str(text).replace("\r\n", "\n") for name, text in request.POST.items() if name.startswith("c:")}

    try:
        count = correcting.correct(
            user=request.user,
            batch_id=batch.pk,
            table_id=row.pk,
            cells=sent,
            version=seen(request),
            everywhere=request.POST.get("everywhere") == "1",
        )
    except Refused as error:
        batch, row = own_table(request, pk, table)
        known = correcting.texts(row.table)
        kept = {path: text for path, text in sent.items() if path in known}
        if kept:
            messages.error(request, _("%(why)s 填写的内容还在下面，没有保存。") % {"why": str(error)})
            return _page(request, batch, row, kept)
        messages.error(request, str(error))
        return redirect("import-table", pk, table)
    messages.success(request, _("已更正，涉及 %(n)d 张表") % {"n": count} if count else _("没有改动"))
    return redirect("import-table", pk, table)


@require_POST
def reading(request: HttpRequest, pk: int, table: int) -> HttpResponse:
    """Which label or column means what, the unit of amounts, where a table begins: read again with that."""
    batch, row = own_table(request, pk, table)

    def act() -> str:
        made = _reading_corrections(request, batch, row)
        if not made:
            raise Refused(_("请选择从哪一行起是另一张表"))
        count = correcting.reread(
            user=request.user, batch_id=batch.pk, table_id=row.pk, corrections=made, version=seen(request)
        )
        return _("已按更正重新读取 %(n)d 个文件") % {"n": count}

    if request.POST.get("op") in ("split", "join"):
        # Which tables there are is what has changed: back to those of the file.
        return deciding_back(request, act, "import-batch", pk, query=f"?file={row.file_id}#preview")
    return deciding_back(request, act, "import-table", pk, table)


def _reading_corrections(request: HttpRequest, batch: ImportBatch, row: ImportTable) -> list[dict[str, Any]]:
    """What was sent, as corrections of docs/import.md."""
    op = request.POST.get("op", "")
    if op in ("label", "column"):
        words = {name: request.POST.get(name, "")[:200] for name in ("label", "path")}
        return [{"op": op, "form": row.form, **words}]
    if op == "unit":
        return [{"op": op, "form": row.form, "text": request.POST.get("text", "")}]
    if op == "join":
        # Every line of the table: one of them alone might begin a table of its own.
        read, trouble = _read_again(batch, row)
        if read is None:
            raise Refused(trouble)
        places = dict.fromkeys((line.cells[0].origin.part, line.cells[0].origin.row) for line in read.source.rows)
        return [{"op": op, "part": part, "row": at} for part, at in places]
    at = number(request.POST.get("row"))
    return [{"op": op, "part": request.POST.get("part", "")[:200], "row": at}] if at else []


@require_POST
def save_form(request: HttpRequest, pk: int, table: int) -> HttpResponse:
    """The form of this table, read by meaning and confirmed, is to be known from now on."""
    batch, row = own_table(request, pk, table)

    def act() -> str:
        read, trouble = _read_again(batch, row)
        if read is None:
            raise Refused(trouble)
        made = saving.save_reading(user=request.user, row=row, read=read, name=request.POST.get("name", ""))
        return _("已另存为表样“%(name)s”，以后同样的表会直接认出") % {"name": made.name}

    return deciding_back(request, act, "import-table", pk, table)


@require_POST
def department(request: HttpRequest, pk: int, table: int) -> HttpResponse:
    """The department of this table alone, or of all that state the same."""
    batch, row = own_table(request, pk, table)
    alone = request.POST.get("everywhere") != "1"

    def act() -> str:
        count = correcting.choose_department(
            user=request.user,
            batch_id=batch.pk,
            stated=row.stated,
            choice=request.POST.get("department", ""),
            version=seen(request),
            table_id=row.pk if alone else None,
        )
        return _("已指定部门，涉及 %(n)d 张表") % {"n": count}

    return deciding_back(request, act, "import-table", pk, table)


@require_safe
def source(request: HttpRequest, pk: int, table: int) -> HttpResponse:
    """The uploaded file itself, always as a download."""
    batch, row = own_table(request, pk, table)
    try:
        data = files.open_file(row.file)
    except OSError as error:
        raise Http404(_("原文件已不在服务器上")) from error
    audit.record("import.download", actor=request.user, obj=batch, name=row.file.name, department=batch.department)
    return attachment(data, name=row.file.name.rsplit("/", 1)[-1], content_type="application/octet-stream")
