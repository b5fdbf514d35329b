"""The keeper's work: create, change, retire, merge, undo."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from indicators.models import LibraryIndicator, LibraryText
from projects.models import ApprovedIndicator, ApprovedText, AuditEvent, Department, TargetTable, User
from projects.selectors import library as selectors
from projects.selectors import search
from projects.services import library
from projects.services.approved import file_approved, refile
from projects.store import load_tables
from projects.targettable import Indicator
from projects.tests.library.conftest import Add, Approve, quality
from projects.tests.office import tables
from projects.workflow import apply

State = LibraryIndicator.State


def last_event() -> AuditEvent:
    return AuditEvent.objects.order_by("-id")[0]


def names(text: str = "", user: User | None = None, **asked: str) -> list[str]:
    rows = LibraryIndicator.objects.all() if user is None else selectors.library_visible_to(user)
    return [row.name for row in selectors.list_library(rows, text=text, **asked)]


def test_an_indicator_is_made_with_its_fields_tidied_and_recorded(people: dict[str, User]) -> None:
    fields = {
        "category": "output.quality",
        "name": " 发放  准确率\0",
        "explanation": "一行 \r\n  二行",
        "sign": "≥",
        "unit": "%",
    }
    made = library.create_indicator(actor=people["top"], department=None, fields=fields)
    made.refresh_from_db()
    assert (made.name, made.name_key, made.explanation, made.state, made.version) == (
        "发放 准确率",
        "发放准确率",
        "一行\n二行",
        "in_use",
        1,
    )
    event = last_event()
    assert (event.action, event.actor, event.object_name) == ("library.create", people["top"], "发放 准确率")
    assert event.after == {
        "二级指标": "产出指标 · 质量指标",
        "三级指标": "发放 准确率",
        "指标解释": "一行\n二行",
        "计算符号": "≥",
        "计量单位": "%",
        "指标库": "共享指标库",
        "状态": "在用",
    }


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"category": "output.none"}, {"category": ["没有这个指标类别"]}),
        ({"name": " "}, {"name": ["此字段不能为空。"]}),
        ({"sign": "大于"}, {"sign": ["值 '大于' 不是有效选项。"]}),
        ({"scoring": "评" * 2001}, {"scoring": ["超过 2000 个字"]}),
    ],
)
def test_faults_are_told_by_field(people: dict[str, User], fields: dict[str, str], wrong: dict[str, list[str]]) -> None:
    texts = {"category": "output.quality", "name": "准确率"} | fields
    with pytest.raises(ValidationError) as caught:
        library.create_indicator(actor=people["top"], department=None, fields=texts)
    assert caught.value.message_dict == wrong
    assert LibraryIndicator.objects.count() == AuditEvent.objects.count() == 0


def test_a_name_stands_once_in_each_library(add: Add, places: dict[str, Department]) -> None:
    add("准确率")
    add("准确率", places["bureau"])
    add("准确率", category="output.timeliness")
    for place in (None, places["bureau"]):
        with pytest.raises(ValidationError) as caught:
            add("准 确率", place)
        assert "已有同名的在用指标" in caught.value.messages[0]
        # The database says the same to whoever goes past the service.
        with pytest.raises(IntegrityError), transaction.atomic():
            LibraryIndicator.objects.create(
                category="output.quality", name="准确率", name_key="准确率", department=place
            )


@pytest.mark.parametrize(
    ("who", "place", "allowed"),
    [
        ("top", None, True),
        ("top", "bureau", True),
        ("keeper", None, False),
        ("keeper", "bureau", True),
        ("keeper", "office", True),
        ("keeper", "district", False),
        ("officer", "bureau", False),
        ("stranger", "bureau", False),
    ],
)
def test_only_the_keeper_writes(
    people: dict[str, User], places: dict[str, Department], who: str, place: str | None, allowed: bool
) -> None:
    fields = {"category": "output.quality", "name": "准确率"}
    department = places[place] if place else None
    if not allowed:
        with pytest.raises(PermissionDenied):
            library.create_indicator(actor=people[who], department=department, fields=fields)
    else:
        assert library.create_indicator(actor=people[who], department=department, fields=fields).pk


def test_libraries_are_read_below_and_by_whoever_sees_their_tables(
    add: Add, people: dict[str, User], places: dict[str, Department]
) -> None:
    for place in (None, *places.values()):
        add(f"{place or '共享'}准确率", place)
    seen = {who: set(names(user=user)) for who, user in people.items()}
    everything = {"共享准确率", "某区准确率", "财政局准确率", "国库处准确率", "外区准确率"}
    assert seen["top"] == everything
    assert seen["officer"] == seen["keeper"] == seen["reader"] == seen["clerk"] == everything - {"外区准确率"}
    assert seen["stranger"] == {"共享准确率", "外区准确率"}


def test_a_later_change_does_not_write_over_an_earlier_one(add: Add, people: dict[str, User]) -> None:
    made = add("准确率")
    both = {"actor": people["top"], "pk": made.pk, "department": None}
    library.change_indicator(**both, version=1, fields={"value": "100%"})
    with pytest.raises(library.Stale) as caught:
        library.change_indicator(**both, version=1, fields={"value": "≥90%"})
    assert (caught.value.indicator.value, caught.value.indicator.version) == ("100%", 2)
    library.change_indicator(**both, version=2, fields={"value": "100%"})
    made.refresh_from_db()
    assert made.version == 2  # nothing changed, nothing written
    assert AuditEvent.objects.filter(action="library.change").count() == 1


def test_retiring_keeps_old_tables_and_ends_suggestions(add: Add, approve: Approve, people: dict[str, User]) -> None:
    made = add("准确率")
    row = approve(1, quality("准确率"))
    before = load_tables(TargetTable.objects.filter(pk=row.pk))
    retired = library.set_in_use(actor=people["top"], pk=made.pk, version=1, in_use=False)
    assert (retired.state, last_event().action) == (State.RETIRED, "library.retire")
    assert load_tables(TargetTable.objects.filter(pk=row.pk)) == before
    assert selectors.used(selectors.with_merged(LibraryIndicator.objects.all()).get(), people["top"]).tables == 1
    twin = add("准确率")
    with pytest.raises(ValidationError):
        library.set_in_use(actor=people["top"], pk=made.pk, version=2, in_use=True)
    library.set_in_use(actor=people["top"], pk=twin.pk, version=1, in_use=False)
    back = library.set_in_use(actor=people["top"], pk=made.pk, version=2, in_use=True)
    assert (back.state, back.version) == (State.IN_USE, 3)


def test_merging_points_to_the_one_that_stays_and_can_be_undone(
    add: Add, approve: Approve, people: dict[str, User]
) -> None:
    top = people["top"]
    kept, other, third = add("发放准确率"), add("发放的准确率"), add("准确率（发放）")
    approve(1, quality("发放准确率", "100%"))
    approve(2, quality("发放的准确率", "≥98%"), quality("准确率（发放）", "100%"))
    library.merge(actor=top, source=third.pk, target=other.pk, version=1)
    library.merge(actor=top, source=other.pk, target=kept.pk, version=1)
    merged = selectors.with_merged(LibraryIndicator.objects.all()).get(pk=kept.pk)
    assert [row.name for row in merged.merged.all()] == ["准确率（发放）", "发放的准确率"]
    assert selectors.usage_of([merged], top) == {kept.pk: 3}
    used = selectors.used(merged, top)
    assert (used.times, used.tables) == (3, 2)
    assert [(item.value, item.count) for item in used.values] == [("100%", 2), ("≥98%", 1)]
    # The names of the merged ones lead to it.
    assert names("发放的", state="in_use") == ["发放准确率"]
    assert names("（发放）", state="in_use") == ["发放准确率"]
    other.refresh_from_db()
    assert (other.state, other.merged_into_id) == (State.RETIRED, kept.pk)
    with pytest.raises(library.Unfit):
        library.set_in_use(actor=top, pk=other.pk, version=other.version, in_use=True)
    with pytest.raises(library.Unfit):
        library.merge(actor=top, source=kept.pk, target=other.pk, version=1)
    library.unmerge(actor=top, pk=other.pk, version=other.version)
    other.refresh_from_db()
    assert (other.state, other.merged_into) == (State.IN_USE, None)
    assert names("发放的", state="in_use") == ["发放的准确率"]
    assert names("（发放）", state="in_use") == ["发放准确率"]
    assert [event.action for event in AuditEvent.objects.order_by("-id")[:3]] == [
        "library.unmerge",
        "library.merge",
        "library.merge",
    ]


def test_merging_stays_within_the_library_or_goes_to_the_shared_one(
    add: Add, people: dict[str, User], places: dict[str, Department]
) -> None:
    shared, own, foreign = add("发放准确率"), add("发放准确率", places["bureau"]), add("发放准确率", places["foreign"])
    with pytest.raises(library.Unfit, match="只能并入同一指标库或共享指标库"):
        library.merge(actor=people["top"], source=own.pk, target=foreign.pk, version=1)
    with pytest.raises(PermissionDenied):
        library.merge(actor=people["keeper"], source=shared.pk, target=own.pk, version=1)
    assert library.merge(actor=people["keeper"], source=own.pk, target=shared.pk, version=1) == shared


def test_near_duplicates_stand_in_one_category_the_likest_first(add: Add, people: dict[str, User]) -> None:
    one, two, three = add("优抚对象补助发放准确率"), add("优抚对象补助发放的准确率"), add("优抚对象补助准确率")
    add("优抚对象补助发放准确率", category="output.timeliness")
    add("培训合格率")
    pairs, more = selectors.near_duplicates(LibraryIndicator.objects.all(), least=0.75)
    assert ([(pair.one, pair.other) for pair in pairs], more) == (
        [(one.pk, two.pk), (one.pk, three.pk), (two.pk, three.pk)],
        False,
    )
    assert [pair.other for pair in selectors.lookalikes(one, LibraryIndicator.objects.all(), least=0.75)] == [
        two.pk,
        three.pk,
    ]


def test_too_many_to_compare_are_not_compared(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "MOST_COMPARED", 1)
    add("发放准确率")
    assert selectors.near_duplicates(LibraryIndicator.objects.all(), least=0.75) == ([], False)
    add("采集准确率")
    with pytest.raises(ValueError, match="2"):
        selectors.near_duplicates(LibraryIndicator.objects.all(), least=0.75)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("准确", ["发放准确率", "采集准确率"]),
        ("率", ["发放准确率", "培训合格率", "采集准确率"]),
        ("发放 准确", ["发放准确率"]),
        ("ａｂ", ["培训合格率"]),
        ("%", ["培训合格率"]),
        ("退役", []),
        ('" OR "', []),
    ],
)
@pytest.mark.parametrize("few", [0, 1, 2000])
@pytest.mark.parametrize("many", [0, 20_000])
def test_the_search_finds_substrings_of_two_characters(
    add: Add, monkeypatch: pytest.MonkeyPatch, text: str, found: list[str], few: int, many: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "MANY", many)
    add("发放准确率")
    add("采集准确率")
    add("培训合格率", explanation="AB 类人员，100%")
    assert sorted(names(text)) == found
    assert sorted(names(text, category="output.quality", library="shared", state="in_use")) == found
    assert sorted(names(text, category="output")) == found
    assert names(text, category="outcome") == names(text, category="output.timeliness") == []


def test_conditions_of_the_list(add: Add, places: dict[str, Department]) -> None:
    add("甲的准确率", sector="教育", project_type="一次性项目")
    add("乙的准确率", places["bureau"], sector="卫生")
    assert names(sector="教育") == names(project_type="一次性项目") == names(library="shared") == ["甲的准确率"]
    assert names(library=str(places["bureau"].pk)) == names(sector="卫生") == ["乙的准确率"]
    assert selectors.choices_of(LibraryIndicator.objects.all(), "sector") == ["卫生", "教育"]


def test_the_index_goes_with_the_indicator(add: Add) -> None:
    made = add("发放准确率")
    assert LibraryText.objects.get().grams.split()[-3:] == ["catoutputquality", "depshared", "stainuse"]
    made.delete()
    assert (LibraryText.objects.count(), names("准确")) == (0, [])


def test_figures_count_only_tables_that_the_person_sees(add: Add, approve: Approve, people: dict[str, User]) -> None:
    made = selectors.with_merged(LibraryIndicator.objects.filter(pk=add("准确率").pk)).get()
    approve(1, quality("准确率"), quality("准 确率", "100%"))
    approve(2, quality("准确率"), place="foreign")
    approve(3, Indicator("产出指标", "时效指标", "准确率", value="1", category="output.timeliness"))
    found = {who: selectors.used(made, user).tables for who, user in people.items()}
    assert found == {"top": 2, "keeper": 1, "officer": 1, "reader": 1, "clerk": 0, "stranger": 1}
    times = {who: selectors.usage_of([made], user)[made.pk] for who, user in people.items()}
    assert times == {"top": 3, "keeper": 2, "officer": 2, "reader": 2, "clerk": 0, "stranger": 1}


def test_filing_replaces_and_leaves_out_what_suggests_nothing(approve: Approve) -> None:
    row = approve(1, quality("准确率"), quality("不适用", "不适用"), quality(" "))
    assert [one.name for one in ApprovedIndicator.objects.all()] == ["准确率"]
    content = load_tables(TargetTable.objects.filter(pk=row.pk))[0]
    content.indicators[0].name = "合格率"
    file_approved(row, content)
    assert [one.name for one in ApprovedIndicator.objects.all()] == ["合格率"]
    assert ApprovedText.objects.get().grams == f"合 格 率 合格 格率 catoutputquality dep{row.department_id}"


def test_approving_files_the_revision_and_an_adjustment_changes_nothing_until_approved(
    people: dict[str, User], places: dict[str, Department], monkeypatch: pytest.MonkeyPatch
) -> None:
    from projects.life import checks
    from projects.models import Role
    from projects.tests.office import person

    monkeypatch.setattr(checks, "SUBMISSION_CHECKS", [])
    row = tables(places["bureau"])[0]
    finance = person("finance", (Role.FINANCE_REVIEWER, None))
    reviewer = person("reviewer2", (Role.DEPARTMENT_REVIEWER, places["bureau"]))

    def act(action: str, user: User) -> None:
        version = TargetTable.objects.get(pk=row.pk).version
        apply(table_id=row.pk, action=action, user=user, version=version, reason="理由")

    act("submit", people["officer"])
    act("pass", reviewer)
    assert ApprovedIndicator.objects.count() == 0
    act("approve", finance)
    filed = sorted(ApprovedIndicator.objects.values_list("name", flat=True))
    assert filed == sorted(one.name for one in load_tables(TargetTable.objects.all())[0].indicators)
    act("adjust", people["officer"])
    assert sorted(ApprovedIndicator.objects.values_list("name", flat=True)) == filed
    ApprovedIndicator.objects.all().delete()
    assert refile() == 1
    assert sorted(ApprovedIndicator.objects.values_list("name", flat=True)) == filed


def test_the_same_queries_for_few_and_many(add: Add, approve: Approve, people: dict[str, User]) -> None:
    def counted() -> list[int]:
        found = []
        for act in (
            lambda: selectors.usage_of(list(selectors.with_merged(LibraryIndicator.objects.all())), people["officer"]),
            lambda: selectors.used(selectors.with_merged(LibraryIndicator.objects.all())[0], people["officer"]),
            lambda: selectors.known_rows([(f"准确率{n}", "output.quality") for n in range(20)], people["officer"]),
        ):
            with CaptureQueriesContext(connection) as captured:
                act()
            found.append(len(captured))
        return found

    add("准确率0")
    approve(0, quality("准确率0"))
    selectors.libraries_read(people["officer"])
    first = counted()
    for number in range(1, 12):
        add(f"准确率{number}")
        approve(number, *[quality(f"准确率{n}") for n in range(number)])
    assert counted() == first == [3, 5, 1]
