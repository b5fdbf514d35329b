"""指标库: the one place where indicators of the library are written. Every change checks the keeper and is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from indicators.categories import NATIONAL
from indicators.models import LibraryIndicator, LibraryText
from projects import bulk
from projects.models import Department, User
from projects.models.keys import natural_key
from projects.permissions import may_keep_library
from projects.searchtext import grams, mark, normalise
from projects.services import audit
from projects.services.listfile import tidy

State = LibraryIndicator.State
# What a person writes, in the order of form and file.
FIELDS = (
    "category",
    "name",
    "explanation",
    "formula",
    "source_type",
    "basis_type",
    "basis",
    "direction",
    "sign",
    "unit",
    "value",
    "scoring",
    "evidence",
    "sector",
    "project_type",
)
_COLUMNS = {column.name: column for column in LibraryIndicator._meta.concrete_fields}
NAMES: dict[str, str] = {name: str(_COLUMNS[name].verbose_name) for name in FIELDS}
CHOICES: dict[str, dict[str, str]] = {
    name: {str(label): str(value) for value, label in _COLUMNS[name].flatchoices}
    for name in FIELDS
    if _COLUMNS[name].choices
}
"""Fields with a choice: what people read → what is stored."""
SHARED_NAME = "共享指标库"
LONGEST = 2_000
"""Characters of a text without a limit of its own, as in the data standard's KPI_CONTENT(2000)."""


class Stale(Exception):
    """Somebody changed the indicator after the person opened it; ``indicator`` is as it stands now."""

    def __init__(self, indicator: LibraryIndicator) -> None:
        super().__init__(_("您打开之后，别人改动了这个指标"))
        self.indicator = indicator


class Unfit(ValidationError):
    """What was asked for does not fit the indicator's state."""


def library_name(department: Department | None) -> str:
    return _("“%(name)s”指标库") % {"name": department.name} if department else SHARED_NAME


def category_name(code: str) -> str:
    """``产出指标 · 数量指标``; an unknown code as it stands."""
    return " · ".join(NATIONAL[code]) if code in NATIONAL else code


def facts(indicator: LibraryIndicator) -> dict[str, Any]:
    """What the log keeps of an indicator."""
    found = {NAMES[name]: shown(indicator, name) for name in FIELDS if getattr(indicator, name)}
    return found | {"指标库": library_name(indicator.department), "状态": indicator.get_state_display()}


def shown(indicator: LibraryIndicator, name: str) -> str:
    """Return a field as people read it."""
    if name == "category":
        return category_name(indicator.category)
    display = getattr(indicator, f"get_{name}_display", None)
    return str(display() if display else getattr(indicator, name))


def fill(indicator: LibraryIndicator, fields: Mapping[str, str]) -> None:
    """Take typed texts over, tidied; unknown names are a mistake of ours."""
    for name, value in fields.items():
        if name not in FIELDS:
            raise ValueError(name)
        setattr(indicator, name, tidy(value))
    indicator.name_key = natural_key(indicator.name)


def faults(indicator: LibraryIndicator) -> dict[str, list[str]]:
    """Return what is wrong with the fields, by field; whether the name is taken is not asked here."""
    found: dict[str, list[str]] = {}
    if indicator.category not in NATIONAL:
        found["category"] = [_("没有这个指标类别")]
    for name in FIELDS:
        most = _COLUMNS[name].max_length or LONGEST
        if len(getattr(indicator, name)) > most and not _COLUMNS[name].choices:
            found[name] = [_("超过 %(n)d 个字") % {"n": most}]
    try:
        indicator.clean_fields(exclude=["category", "department", "merged_into", *found])
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            found.setdefault(name, []).extend(messages)
    return found


@transaction.atomic
def create_indicator(
    *,
    actor: User,
    department: Department | None,
    fields: Mapping[str, str],
    state: str = State.IN_USE,
    action: str = "library.create",
) -> LibraryIndicator:
    """Add an indicator. A proposal (``state``) needs no keeper; that is the matter of who calls."""
    if state == State.IN_USE:
        allow(may_keep_library(actor, department))
    indicator = LibraryIndicator(department=department, state=state)
    fill(indicator, fields)
    save(indicator)
    audit.record(action, actor=actor, obj=indicator, after=facts(indicator), department=department)
    return indicator


@transaction.atomic
def change_indicator(
    *,
    actor: User,
    pk: int,
    version: int,
    fields: Mapping[str, str],
    department: Department | None,
    action: str = "library.change",
) -> LibraryIndicator:
    """Write the fields of an indicator that stands at ``version``. Raises :class:`Stale` when it has moved on."""
    indicator = locked(pk, actor=actor, version=version)
    allow(may_keep_library(actor, department))
    before = facts(indicator)
    fill(indicator, fields)
    indicator.department = department
    if facts(indicator) == before:
        return indicator
    _raise(indicator)
    audit.record(action, actor=actor, obj=indicator, before=before, after=facts(indicator), department=department)
    return indicator


@transaction.atomic
def set_in_use(*, actor: User, pk: int, version: int, in_use: bool) -> LibraryIndicator:
    """Retire an indicator, or take it back into use. Tables that use it keep their own texts and do not change."""
    indicator = locked(pk, actor=actor, version=version)
    wanted = State.IN_USE if in_use else State.RETIRED
    if indicator.merged_into_id:
        raise Unfit(_("这个指标已并入别的指标，请撤销合并"))
    if indicator.state not in (State.IN_USE, State.RETIRED):
        raise Unfit(_("这个指标还没有入库"))
    if indicator.state == wanted:
        return indicator
    indicator.state = wanted
    _raise(indicator)
    audit.record("library.restore" if in_use else "library.retire", actor=actor, obj=indicator)
    return indicator


@transaction.atomic
def merge(*, actor: User, source: int, target: int, version: int) -> LibraryIndicator:
    """Retire ``source`` in favour of ``target``, which from now on also answers for what was merged into ``source``."""
    if source == target:
        raise Unfit(_("不能并入自己"))
    # In the order of their keys, so that two merges at once cannot wait for each other.
    list(LibraryIndicator.objects.select_for_update().filter(pk__in=[source, target]).order_by("pk"))
    indicator = locked(source, actor=actor, version=version)
    into = LibraryIndicator.objects.select_related("department").get(pk=target)
    if indicator.state != State.IN_USE or into.state != State.IN_USE:
        raise Unfit(_("只有两个都在用的指标才能合并"))
    if not mergeable(indicator, into):
        raise Unfit(_("只能并入同一指标库或共享指标库的指标"))
    followers = list(indicator.merged.all())
    for follower in followers:
        follower.merged_into = into
        _raise(follower)
    indicator.state, indicator.merged_into = State.RETIRED, into
    _raise(indicator)
    write_texts([into])
    after = {"并入": f"{into}（{library_name(into.department)}）", "随同": [str(row) for row in followers]}
    audit.record("library.merge", actor=actor, obj=indicator, after=after)
    return into


@transaction.atomic
def unmerge(*, actor: User, pk: int, version: int) -> LibraryIndicator:
    """Take one merged indicator out again: it is in use as before."""
    indicator = locked(pk, actor=actor, version=version)
    into = indicator.merged_into
    if into is None:
        raise Unfit(_("这个指标没有并入别的指标"))
    indicator.state, indicator.merged_into = State.IN_USE, None
    _raise(indicator)
    write_texts([into])
    audit.record("library.unmerge", actor=actor, obj=indicator, before={"并入": str(into)})
    return indicator


def mergeable(indicator: LibraryIndicator, into: LibraryIndicator) -> bool:
    """Whether the libraries allow it: into the same one or the shared one, which all its readers read, too."""
    return into.department_id is None or into.department_id == indicator.department_id


def allow(reason: str) -> None:
    """Go on when there is no reason against it."""
    if reason:
        raise PermissionDenied(reason)


def locked(pk: int, *, actor: User, version: int) -> LibraryIndicator:
    """Return the indicator, locked, when ``actor`` keeps its library and it still stands at ``version``."""
    indicator = LibraryIndicator.objects.select_for_update(of=("self",)).select_related("department").get(pk=pk)
    allow(may_keep_library(actor, indicator.department))
    if indicator.version != version:
        raise Stale(indicator)
    return indicator


def _raise(indicator: LibraryIndicator) -> None:
    """Save the next version."""
    indicator.version += 1
    save(indicator)


def save(indicator: LibraryIndicator) -> None:
    """Check, write, index. Raises ``ValidationError`` by field."""
    if wrong := faults(indicator):
        raise ValidationError(wrong)
    taken = ValidationError({"name": _("%(library)s的“%(category)s”里已有同名的在用指标") % _place(indicator)})
    if indicator.state == State.IN_USE and twin_of(indicator):
        raise taken
    try:
        with transaction.atomic():
            indicator.save()
    except IntegrityError as error:
        raise taken from error
    write_texts([indicator])


def _place(indicator: LibraryIndicator) -> dict[str, str]:
    return {"library": library_name(indicator.department), "category": category_name(indicator.category)}


def twin_of(indicator: LibraryIndicator) -> LibraryIndicator | None:
    """The indicator in use that has the same name in the same library and category."""
    same = Q(category=indicator.category, name_key=indicator.name_key, department=indicator.department)
    return LibraryIndicator.objects.filter(same, state=State.IN_USE).exclude(pk=indicator.pk).first()


def write_texts(indicators: Sequence[LibraryIndicator]) -> None:
    """Bring the search index of saved indicators up to date, names of merged ones included."""
    merged: dict[int, list[str]] = {}
    for into, name in LibraryIndicator.objects.filter(
        merged_into__any_of=[indicator.pk for indicator in indicators]
    ).values_list("merged_into_id", "name"):
        merged.setdefault(into, []).append(name)
    rows = []
    for indicator in indicators:
        text = _text((indicator.name, *merged.get(indicator.pk, ()), indicator.explanation, indicator.formula))
        rows.append((indicator.pk, text, " ".join([*grams(text), *_marks(indicator)])))
    bulk.insert(LibraryText, ["indicator", "text", "grams"], rows, replace=["text", "grams"])


def _text(parts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(filter(None, map(normalise, parts))))


def _marks(indicator: LibraryIndicator) -> list[str]:
    place = indicator.department_id or "shared"
    return [mark("cat", indicator.category), mark("dep", place), mark("sta", indicator.state)]
