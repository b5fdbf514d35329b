"""The office's own forms: upload, read again, take into use and out of it. Administrators only; each step is recorded.

Reading and proving a file happens before any transaction. An edition that was ever in use is never changed: a new
upload is a new edition, and tables keep the one they were begun in.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from indicators.categories import NATIONAL
from perfgoals.uploads import DOCX, XLSX, FileRefused, Limits, check_upload, damaged, refuse, too_large
from projects.findings import BLOCK, Finding
from projects.grids.files import open_document
from projects.layouts.asdata import from_data, to_data
from projects.layouts.blank.dangers import dangers
from projects.layouts.blank.draw import SHIPPED
from projects.layouts.blank.extract import BlankForm, Choices, read_blank
from projects.layouts.blank.prove import prove
from projects.layouts.definition import Layout
from projects.layouts.registry import shipped_layouts
from projects.models import Department, Form, FormEdition, ShippedForm
from projects.models import TargetTable as Stored
from projects.permissions import may_administer
from projects.selectors.forms import stored_layouts
from projects.services import audit

if TYPE_CHECKING:
    from projects.models import User

logger = logging.getLogger(__name__)
LARGEST = 5 * 1024 * 1024
"""Bytes of a blank form; it is carried along in every export."""
NEW_TREE = "2022"


class FormRefused(Exception):
    """Nothing was changed; the message (Chinese) says why. ``findings`` are what is wrong with a file."""

    def __init__(self, message: str, findings: list[Finding] | None = None) -> None:
        super().__init__(message)
        self.findings = findings or []


@dataclass(frozen=True, slots=True)
class Wish:
    """What the administrator says beside the file. ``tree`` names whose category words are printed."""

    name: str = ""
    kind: str = ""
    unit: str = ""
    tree: str = ""
    first_year: int = 0
    last_year: int | None = None
    note: str = ""


@dataclass(slots=True)
class Analysis:
    """A file as a form: its layout, what was bound, everything noticed."""

    suffix: str
    blank: BlankForm
    tree: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def report(self) -> dict[str, Any]:
        bound = [[b.placeholder, b.path, list(b.place)] for b in self.blank.bound]
        return {"findings": [finding.to_dict() for finding in self.findings], "bound": bound}


def trees() -> dict[str, tuple[str, Mapping[str, tuple[str, str]]]]:
    """Return the category trees to choose from: key → name and words."""
    found: dict[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
        NEW_TREE: ("成本、产出、效益、满意度（2022 年起）", {c: w for c, w in NATIONAL.items() if c != "output.cost"})
    }
    for layout in shipped_layouts():
        if layout.categories and all(words != layout.categories for _, words in found.values()):
            firsts = "、".join(dict.fromkeys(one.removesuffix("指标") for one, _ in layout.categories.values()))
            found[layout.id] = (f"{firsts}（同“{layout.name}”）", layout.categories)
    return found


def analyse(data: bytes, name: str, wish: Wish) -> Analysis:
    """Read a file as a blank form, without any database. Raises :class:`FormRefused`."""
    limits = Limits(
        min(LARGEST, settings.UPLOAD_MAX_BYTES),
        settings.UPLOAD_MAX_ENTRIES,
        settings.UPLOAD_MAX_UNPACKED_BYTES,
        settings.UPLOAD_MAX_RATIO,
    )
    try:
        if len(data) > limits.max_bytes:
            raise too_large(name, len(data), limits)
        suffix = check_upload(data, name, limits)
        if suffix not in (DOCX, XLSX):
            raise refuse(
                name, "unsupported", "不是 Word 文档（.docx）或 Excel 工作簿（.xlsx）", "请另存为其中一种再上传"
            )
        document = open_document(data, name, limits)
        hazards = dangers(data, suffix, name)
    except FileRefused as error:
        raise FormRefused(error.message) from error
    except Exception as error:
        logger.error("reading a blank form failed: %s: %s", type(error).__name__, error)
        raise FormRefused(damaged(name, "的内容无法解析").message) from error
    known = trees()
    tree = wish.tree or _tree_of(document.form) or "hebei"
    choices = Choices(wish.name, wish.kind, wish.unit, known[tree][1] if tree in known else {})
    try:
        blank = read_blank(replace(document, name=name), choices, "proof")
    except Exception as error:
        logger.error("taking a blank form apart failed: %s: %s", type(error).__name__, error)
        raise FormRefused(damaged(name, "的表格结构无法识别").message) from error
    found = Analysis(suffix, blank, tree, [*hazards, *blank.findings])
    found.findings += _outside(data, suffix)
    if blank.layout is None:
        blocking = [finding for finding in found.findings if finding.level == BLOCK]
        raise FormRefused(blocking[0].text if blocking else "没有在文件里找到表格", found.findings)
    if not any(finding.level == BLOCK for finding in found.findings):
        found.findings += _proved(data, suffix, blank.layout)
    return found


def _tree_of(mark: str) -> str:
    """Return the tree of the shipped form that a blank file was made of."""
    layout = next((item for item in shipped_layouts() if mark == f"{SHIPPED}{item.id}"), None)
    if layout is None:
        return ""
    return next((key for key, (_, words) in trees().items() if words == layout.categories), "")


def _outside(data: bytes, suffix: str) -> list[Finding]:
    if suffix != DOCX:
        return []
    from projects.layouts.blank.fill_docx import places_outside

    return [Finding(BLOCK, "header", f"页眉页脚里的占位符不会填写：“{t[:30]}”，请删去") for t in places_outside(data)]


def _proved(data: bytes, suffix: str, layout: Layout) -> list[Finding]:
    try:
        return prove(data, suffix, layout)
    except Exception as error:
        logger.error("proving a blank form failed: %s: %s", type(error).__name__, error)
        return [Finding(BLOCK, "proof", "试填这个表样时出错，请检查文件能否正常打开，或另存一份再上传")]


def upload(
    *,
    user: User | Any,
    data: bytes,
    name: str,
    wish: Wish,
    form: Form | None = None,
    department: Department | None = None,
    version: int | None = None,
) -> FormEdition:
    """Store a file as a new form, or as the next edition of ``form``. Raises :class:`FormRefused`."""
    _may(user, form.department if form else department)
    found = analyse(data, name, wish)
    layout = found.blank.layout
    if layout is None:
        raise FormRefused("没有在文件里找到表格")
    if form is not None and layout.kind != form.kind:
        raise FormRefused("新版的类别与原来不同，请作为新的表样上传")
    with transaction.atomic():
        if form is None:
            form = Form(name=(wish.name or layout.name)[:120], kind=layout.kind, department=department)
            _clean(form)
            form.save()
        else:
            form = _locked(form, version)
            _bump(form)
        last = form.editions.order_by("-number").values_list("number", flat=True).first() or 0
        edition = FormEdition(
            form=form,
            number=last + 1,
            first_year=wish.first_year,
            last_year=wish.last_year,
            choices={"unit": wish.unit, "kind": wish.kind, "tree": found.tree},
            report=found.report,
            file_name=name[-200:],
            suffix=found.suffix,
            sha256=hashlib.sha256(data).hexdigest(),
            note=wish.note[:300],
            user=user,
            user_name=str(user)[:160],
            definition={},
        )
        edition.definition = to_data(replace(layout, id=edition.layout_id, name=_label(form, edition)))
        edition.file = ContentFile(data, name="form")
        _clean(edition)
        edition.save()
        audit.record("form.upload", actor=user, obj=edition, department=form.department, after=_told(edition))
    return edition


def read_again(*, user: User | Any, edition: FormEdition, wish: Wish, version: int) -> FormEdition:
    """Read the stored file of an edition that was never in use with other choices. Raises :class:`FormRefused`."""
    _may(user, edition.form.department)
    found = analyse(content_of(edition), edition.file_name, wish)
    layout = found.blank.layout
    if layout is None:
        raise FormRefused("没有在文件里找到表格")
    with transaction.atomic():
        form = _locked(edition.form, version)
        fresh = form.editions.select_for_update().get(pk=edition.pk)
        if fresh.activated_at:
            raise FormRefused("这一版已经启用过，不能再改；请上传新的一版")
        if form.editions.count() > 1 and layout.kind != form.kind:
            raise FormRefused("类别须与其他版相同")
        before = _told(fresh)
        form.kind = layout.kind
        form.name = (wish.name or form.name)[:120]
        _clean(form)
        _bump(form)
        fresh.first_year, fresh.last_year, fresh.note = wish.first_year, wish.last_year, wish.note[:300]
        fresh.choices = {"unit": wish.unit, "kind": wish.kind, "tree": found.tree}
        fresh.report = found.report
        fresh.definition = to_data(replace(layout, id=fresh.layout_id, name=_label(form, fresh)))
        _clean(fresh)
        fresh.save()
        audit.record(
            "form.change", actor=user, obj=fresh, department=form.department, before=before, after=_told(fresh)
        )
    return fresh


def change_state(*, user: User | Any, edition: FormEdition, action: str, version: int) -> None:
    """``activate``, ``deactivate`` or ``delete`` an edition. Raises :class:`FormRefused`."""
    _may(user, edition.form.department)
    with transaction.atomic():
        form = _locked(edition.form, version)
        fresh = form.editions.select_for_update().get(pk=edition.pk)
        if why := why_not(fresh, action):
            raise FormRefused(why)
        before = _told(fresh)
        _bump(form)
        if action == "delete":
            audit.record("form.delete", actor=user, obj=fresh, department=form.department, before=before)
            stored = fresh.file
            fresh.delete()
            transaction.on_commit(lambda: stored.delete(save=False))
            if not form.editions.exists():
                form.delete()
        else:
            fresh.active = action == "activate"
            fresh.activated_at = fresh.activated_at or (timezone.now() if fresh.active else None)
            fresh.save(update_fields=["active", "activated_at"])
            audit.record(
                f"form.{action}", actor=user, obj=fresh, department=form.department, before=before, after=_told(fresh)
            )
    stored_layouts.forget()


def why_not(edition: FormEdition, action: str) -> str:
    """Return why a step is not possible now, ``""`` when it is."""
    if action == "activate":
        if edition.active:
            return "这一版已经启用"
        blocking = [f for f in edition.report.get("findings", []) if f["level"] == BLOCK]
        return f"还有 {len(blocking)} 个问题须先改正，改好文件后重新上传" if blocking else ""
    if action == "deactivate":
        return "" if edition.active else "这一版没有启用"
    if action == "delete":
        used = edition.activated_at is not None or Stored.objects.filter(layout=edition.layout_id).exists()
        return "这一版启用过，可能有表在用，只能停用" if used else ""
    return "没有这种操作"


def switch_shipped(*, user: User | Any, layout: str, active: bool) -> None:
    """Offer a layout that comes with the system, or no longer. Raises :class:`FormRefused`."""
    _may(user, None)
    known = next((item for item in shipped_layouts() if item.id == layout), None)
    if known is None:
        raise FormRefused("没有这个自带表样")
    with transaction.atomic():
        row, _made = ShippedForm.objects.select_for_update().get_or_create(layout=layout)
        if row.active != active:
            row.active = active
            row.save(update_fields=["active"])
            action = "form.activate" if active else "form.deactivate"
            audit.record(
                action, actor=user, obj=row, name=known.name, before={"启用": not active}, after={"启用": active}
            )
    stored_layouts.forget()


def content_of(edition: FormEdition) -> bytes:
    """Return the file as it was uploaded. Raises :class:`FormRefused` when it is gone or was changed."""
    try:
        with edition.file.open("rb") as stream:
            data = bytes(stream.read())
    except OSError as error:
        raise FormRefused("表样的文件不在了，请联系管理员从备份恢复") from error
    if hashlib.sha256(data).hexdigest() != edition.sha256:
        raise FormRefused("表样的文件与上传时不同，已停止使用，请联系管理员")
    return data


def layout_of_edition(edition: FormEdition) -> Layout:
    """Return the layout of an edition, in use or not."""
    return from_data(edition.definition)


def _label(form: Form, edition: FormEdition) -> str:
    return form.name if edition.number == 1 else f"{form.name}（第{edition.number}版）"


def _may(user: User | Any, department: Department | None) -> None:
    if why := may_administer(user, department):
        raise FormRefused(why)


def _locked(form: Form, version: int | None) -> Form:
    found = Form.objects.select_for_update().filter(pk=form.pk).first()
    if found is None:
        raise FormRefused("这个表样已经删除")
    if version != found.version:
        raise FormRefused("别人刚刚改动了这个表样，请看过现在的情况再操作")
    return found


def _bump(form: Form) -> None:
    form.version += 1
    form.save()


def _clean(row: Form | FormEdition) -> None:
    try:
        row.full_clean(exclude=["file", "definition"], validate_unique=False)
    except ValidationError as error:
        raise FormRefused("；".join(error.messages)) from error


def _told(edition: FormEdition) -> dict[str, Any]:
    years = f"{edition.first_year}—{edition.last_year or ''}"
    return {
        "表样": str(edition),
        "年度": years,
        "启用": edition.active,
        "文件": edition.file_name,
        "校验值": edition.sha256,
    }
