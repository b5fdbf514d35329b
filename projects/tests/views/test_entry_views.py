"""The addresses of filling in: what they answer, to whom, and how often they ask the database."""

from __future__ import annotations

import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import Attachment, AuditEvent, Department, FiscalYear, Role, TransitionRecord, User
from projects.models import TargetTable as Stored
from projects.services import exporting
from projects.services.entry import open_entry
from projects.store import Entry, load_tables, save_tables
from projects.tests.entry_helpers import stored
from projects.tests.generated import table
from projects.tests.office import person, tables, year

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(db: None) -> Department:
    return Department.objects.create(code="321001", name="财政局")


@pytest.fixture
def officer(bureau: Department) -> User:
    return person("officer", (Role.OFFICER, bureau))


@pytest.fixture
def row(bureau: Department) -> Stored:
    return tables(bureau)[0]


@pytest.fixture
def foreign(db: None) -> Stored:
    return tables(Department.objects.create(name="卫健局"), start=50)[0]


@pytest.fixture
def client(officer: User) -> Client:
    return logged_in(officer)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, json.dumps(body), content_type="application/json")


def save(client: Client, row: Stored, *changes: dict[str, Any], version: int | None = None) -> Any:
    now = Stored.objects.get(pk=row.pk).version if version is None else version
    return post(client, f"/tables/{row.pk}/fill/changes/", version=now, batch=str(uuid.uuid4()), changes=list(changes))


def duties(text: str = "职责") -> dict[str, Any]:
    return {"op": "set", "path": "duties", "value": text}


# --- saving ----------------------------------------------------------------------------------------


def test_a_save_answers_and_a_stale_one_says_who(client: Client, row: Stored) -> None:
    answer = save(client, row, duties())
    assert answer.status_code == 200
    assert answer.json()["version"] == 2
    assert answer.json()["cells"] == {"duties": {"text": "职责", "unread": False, "understood": None}}
    stale = save(client, row, duties("别的"), version=1)
    assert stale.status_code == 409
    told = stale.json()
    assert (told["error"], told["version"], told["by"]) == ("stale", 2, "officer")
    assert told["cells"] == {"duties": {"text": "职责", "mine": "别的", "same": False}}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ('{"version": 1, "batch": "x", "changes": []}', 400),
        ('{"version": "1", "batch": "x", "changes": []}', 400),
        ('{"version": 1, "changes": []}', 400),
        ('{"version": 1, "batch": "x", "changes": [1]}', 400),
        ("x" * 2_700_000, 413),
    ],
)
def test_a_body_that_makes_no_sense(client: Client, row: Stored, body: str, status: int) -> None:
    answer = client.post(f"/tables/{row.pk}/fill/changes/", body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json()["error"] == "bad"


def test_a_lost_session_is_a_401_that_keeps_the_page(row: Stored) -> None:
    answer = save(Client(), row, duties())
    assert answer.status_code == 401
    assert answer.json()["login"] == "/login/"
    assert load_tables(Stored.objects.filter(pk=row.pk))[0].duties == ""


def test_a_token_is_needed(officer: User, row: Stored) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    assert save(client, row, duties()).status_code == 403


def test_a_closed_table_says_why(client: Client, row: Stored) -> None:
    Stored.objects.filter(pk=row.pk).update(status="submitted")
    answer = save(client, row, duties())
    assert answer.status_code == 409
    assert answer.json() == {"ok": False, "error": "closed", "message": "这张表“已送审”，不能修改"}


PAGES = ["", "data/", "state/", "suggest/", "offers/", "sources/"]
POSTS = ["changes/", "paste/", "upload/", "submit/"]


@pytest.mark.parametrize("place", PAGES)
def test_a_foreign_table_is_not_there(client: Client, foreign: Stored, place: str) -> None:
    assert Stored.objects.filter(pk=foreign.pk).exists()
    assert client.get(f"/tables/{foreign.pk}/fill/{place}").status_code == 404


@pytest.mark.parametrize("place", POSTS)
def test_a_foreign_table_takes_nothing(client: Client, foreign: Stored, place: str) -> None:
    body = {"version": 1, "batch": str(uuid.uuid4()), "changes": [duties()]}
    assert post(client, f"/tables/{foreign.pk}/fill/{place}", **body).status_code == 404
    assert Stored.objects.get(pk=foreign.pk).version == 1


def test_a_foreign_source_is_not_there(client: Client, row: Stored, foreign: Stored) -> None:
    assert client.get(f"/tables/{row.pk}/fill/sources/{foreign.pk}/").status_code == 404


# --- the page --------------------------------------------------------------------------------------


def test_the_data_has_every_cell_of_the_form(client: Client, row: Stored) -> None:
    data = client.get(f"/tables/{row.pk}/fill/data/").json()
    assert [(step["key"], step["state"]) for step in data["steps"]] == [
        ("basics", "complete"),
        ("funding", "partial"),
        ("plan", "complete"),
        ("goals", "complete"),
        ("indicators", "complete"),
        ("other", "partial"),
        ("check", "partial"),
    ]
    grid = next(step for step in data["steps"] if step["key"] == "indicators")["grids"][0]
    uids = open_entry(stored(row.pk)).uids["indicators"]
    assert [line["uid"] for line in grid["rows"]] == ["", *uids]
    name = grid["rows"][1]["cells"][2]
    assert (name["path"], name["text"], name["kind"]) == (f"indicators/{uids[0]}/name", "购置台数", "long")
    assert data["table"]["editable"] is True
    assert data["urls"]["changes"] == f"/tables/{row.pk}/fill/changes/"
    only = client.get(f"/tables/{row.pk}/fill/data/?step=goals").json()
    assert [step["key"] for step in only["steps"]] == ["goals"]


def test_merged_levels_name_the_rows_they_stand_for(client: Client, bureau: Department) -> None:
    made = table(9, fiscal_year=2027)
    made.indicators[1].level1, made.indicators[1].level2 = made.indicators[0].level1, made.indicators[0].level2
    pk = save_tables([Entry(made, bureau)]).saved[0].pk
    data = client.get(f"/tables/{pk}/fill/data/?step=indicators").json()
    uids = open_entry(stored(pk or 0)).uids["indicators"]
    level1 = data["steps"][0]["grids"][0]["rows"][1]["cells"][0]
    assert (level1["rowspan"], level1["covers"]) == (2, [f"indicators/{uids[1]}/level1"])


@pytest.mark.parametrize("place", ["data/", "state/", "offers/", "sources/", "suggest/?q=台"])
def test_the_same_queries_for_few_and_many_rows(client: Client, bureau: Department, place: str) -> None:
    tables(bureau, start=90)  # so that there is something to suggest
    counts = []
    for number, times in ((1, 1), (2, 40)):
        made = table(number, fiscal_year=2027)
        made.indicators = made.indicators * times
        pk = save_tables([Entry(made, bureau)]).saved[0].pk
        client.get(f"/tables/{pk}/fill/{place}")  # what a process asks once is not counted
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/tables/{pk}/fill/{place}").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 22


def test_a_reader_sees_and_cannot_save(bureau: Department, row: Stored) -> None:
    client = logged_in(person("reader", (Role.READER, bureau)))
    table_data = client.get(f"/tables/{row.pk}/fill/data/").json()["table"]
    assert (table_data["editable"], table_data["reason"]) == (False, "您不是“财政局”的填报人")
    assert save(client, row, duties()).status_code == 409


# --- from elsewhere --------------------------------------------------------------------------------


def test_last_years_table_is_offered_side_by_side_and_taken(client: Client, bureau: Department) -> None:
    [old] = tables(bureau, year=2026)
    made = table(1, fiscal_year=2027, indicators=[])
    made.goals.annual, made.funding.total, made.funding.fiscal = "", None, None
    pk = save_tables([Entry(made, bureau)]).saved[0].pk or 0
    sources = client.get(f"/tables/{pk}/fill/sources/").json()
    assert sources["last_year"]["id"] == old.pk
    parts = client.get(f"/tables/{pk}/fill/sources/{old.pk}/").json()["parts"]
    assert [part["key"] for part in parts] == ["funding", "goals", "indicators"]
    total = next(line for line in parts[0]["rows"] if line["path"] == "funding.total")
    assert (total["theirs"], total["ours"], total["differs"]) == ("200000.00", "", True)
    changes = [change for part in parts for change in part["changes"]]
    assert save(client, Stored.objects.get(pk=pk), *changes).status_code == 200
    [before, after] = load_tables(Stored.objects.filter(pk__in=[old.pk, pk]).order_by("pk"))
    assert (after.goals, after.funding) == (before.goals, before.funding)
    assert [(item.name, item.value) for item in after.indicators] == [
        (item.name, item.value) for item in before.indicators
    ]
    assert client.get(f"/tables/{pk}/fill/sources/{old.pk}/").json()["parts"] == []


def test_a_word_file_is_read_and_nothing_of_it_kept(client: Client, row: Stored) -> None:
    other = table(7, fiscal_year=2027)
    other.goals.annual = "文件里的目标"
    out = io.BytesIO()
    exporting.export([other], format="docx", out=out, title="表")
    file = SimpleUploadedFile("表.docx", out.getvalue())
    answer = client.post(f"/tables/{row.pk}/fill/upload/", {"file": file})
    assert answer.status_code == 200
    [found] = answer.json()["tables"]
    goals = next(part for part in found["parts"] if part["key"] == "goals")
    assert goals["changes"] == [{"op": "set", "path": "goals.annual", "value": "文件里的目标", "was": "完成购置"}]
    assert Stored.objects.count() == 1


def test_a_file_gives_a_table_without_a_name_its_name_and_no_other(client: Client, bureau: Department) -> None:
    year(2027)
    out = io.BytesIO()
    exporting.export([table(7, fiscal_year=2027)], format="docx", out=out, title="表")
    named = []
    for name in ("", "自己的名称"):
        made = post(client, "/tables/new/", year=2027, department=bureau.pk, layout="hebei", name=name).json()["id"]
        file = SimpleUploadedFile("表.docx", out.getvalue())
        [found] = client.post(f"/tables/{made}/fill/upload/", {"file": file}).json()["tables"]
        changes = [change for part in found["parts"] for change in part["changes"]]
        named.append([change["value"] for change in changes if change.get("path") == "project.name"])
    assert named == [["办公设备购置7"], []]


@pytest.mark.parametrize(
    ("name", "content"), [("表.docm", b"PK\x03\x04"), ("表.docx", b"no"), ("表.txt", "无".encode())]
)
def test_a_file_that_is_no_table_is_refused_with_words(client: Client, row: Stored, name: str, content: bytes) -> None:
    answer = client.post(f"/tables/{row.pk}/fill/upload/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 400
    assert answer.json()["error"] == "file"
    assert answer.json()["message"]


def test_offers_fill_plan_rest_and_unused_categories(client: Client, bureau: Department) -> None:
    made = table(1, fiscal_year=2027)
    made.funding.other = None
    made.funding.fiscal = made.funding.total / 2  # type: ignore[operator]
    pk = save_tables([Entry(made, bureau)]).saved[0].pk or 0
    offers = client.get(f"/tables/{pk}/fill/offers/").json()
    even = next(item for item in offers["plan"] if item["key"] == "even")
    assert even["points"] == {"03": "25.00%", "06": "50.00%", "10": "83.33%", "12": "100.00%"}
    assert [(item["path"], item["text"]) for item in offers["sums"]] == [("funding.other", "100000.00")]
    assert offers["sums"][0]["title"] == "其他资金＝资金总额－财政拨款资金"
    unused = next(item for item in offers["not_applicable"] if item["category"] == "outcome.ecological")
    answer = save(
        client, Stored.objects.get(pk=pk), *even["changes"], *offers["sums"][0]["changes"], *unused["changes"]
    )
    assert answer.status_code == 200
    now = load_tables(Stored.objects.filter(pk=pk))[0]
    assert [str(point.percent) for point in now.spend_plan] == ["25.00", "50.00", "83.33", "100.00"]
    row = next(item for item in now.indicators if item.category == "outcome.ecological")
    assert (row.level2, row.name, row.value, row.basis) == ("生态效益指标", "不适用", "不适用", "不适用")


def test_suggestions_are_the_departments_own_and_most_used_first(client: Client, row: Stored, foreign: Stored) -> None:
    bureau = row.department
    for number in range(2, 5):
        made = table(number, fiscal_year=2027)
        made.indicators[0].name = "购置台数" if number < 4 else "购置套数"
        made.indicators[0].basis = "采购计划"
        save_tables([Entry(made, bureau)])
    items = client.get(f"/tables/{row.pk}/fill/suggest/?field=name&category=output.quantity&q=购置").json()["items"]
    common = {"count": 0, "library": False, "value": "≥95台", "unit": "", "basis": "采购计划", "description": ""}
    assert items == [
        {"text": "购置台数", "source": "本部门未批复的表 2 次", **common},
        {"text": "购置套数", "source": "本部门未批复的表 1 次", **common},
    ]
    assert client.get(f"/tables/{row.pk}/fill/suggest/?field=password&q=a").json()["items"] == []


def test_paste_proposes_and_writes_nothing(client: Client, row: Stored) -> None:
    answer = post(client, f"/tables/{row.pk}/fill/paste/", text="数量指标\t培训场次\t3场", list="indicators").json()
    assert [column["field"] for column in answer["columns"]] == ["level2", "name", "value"]
    assert answer["changes"][0]["values"]["name"] == "培训场次"
    assert Stored.objects.get(pk=row.pk).version == 1


# --- begin and submit ------------------------------------------------------------------------------


def test_a_new_table_is_made_once(client: Client, bureau: Department) -> None:
    year(2027)
    body = {"year": 2027, "department": bureau.pk, "layout": "longhua", "name": "新项目", "skeleton": True}
    made = post(client, "/tables/new/", **body)
    assert made.status_code == 201
    row = Stored.objects.get(pk=made.json()["id"])
    content = load_tables(Stored.objects.filter(pk=row.pk))[0]
    assert (row.layout, content.project.name, content.department.name) == ("longhua", "新项目", "财政局")
    assert [item.level1 for item in content.indicators][:3] == ["产出目标"] * 3
    again = post(client, "/tables/new/", **body)
    assert (again.status_code, again.json()["error"], again.json()["id"]) == (409, "taken", row.pk)


def test_the_page_without_scripts_begins_a_table_too(client: Client, bureau: Department) -> None:
    year(2027)
    assert client.get("/tables/new/").status_code == 200
    body = {"year": "2027", "department": str(bureau.pk), "layout": "hebei", "name": "新项目"}
    made = client.post("/tables/new/", body)
    [row] = Stored.objects.all()
    assert (made.status_code, made["Location"]) == (302, f"/tables/{row.pk}/fill/")
    again = client.post("/tables/new/", body)
    assert again.status_code == 409
    assert f"/tables/{row.pk}/fill/" in again.content.decode()


def test_a_new_table_begins_with_the_year_of_the_list_and_the_departments_own_form(
    client: Client, bureau: Department
) -> None:
    for number in (2026, 2027):
        year(number)
    post(client, "/tables/new/", year=2026, department=bureau.pk, layout="longhua", name="甲")
    post(client, "/tables/new/", year=2026, department=bureau.pk, layout="longhua", name="乙")
    post(client, "/tables/new/", year=2026, department=bureau.pk, layout="zhuzhou-1")
    page = client.get("/tables/new/?year=2026").content.decode()
    assert '<option value="2026" selected>' in page
    assert '<option value="longhua" selected>' in page
    assert f'<option value="{bureau.pk}" data-usual="longhua" selected>' in page
    assert '<option value="2026" selected>' not in client.get("/tables/new/?year=x").content.decode()


def test_a_table_is_not_begun_elsewhere_or_in_a_closed_year(client: Client, bureau: Department) -> None:
    year(2026, state=FiscalYear.State.CLOSED)
    other = Department.objects.create(name="卫健局")
    closed = post(client, "/tables/new/", year=2026, department=bureau.pk, layout="hebei")
    assert (closed.status_code, closed.json()["message"]) == (409, "2026年已关闭，不能修改")
    assert post(client, "/tables/new/", year=2026, department=other.pk, layout="hebei").status_code == 404
    assert Stored.objects.count() == 0


def test_last_years_tables_become_drafts_once(client: Client, bureau: Department, foreign: Stored) -> None:
    old = tables(bureau, 3, year=2026)
    year(2027)
    body = {"year": 2027, "tables": [*(row.pk for row in old), foreign.pk], "take": ["goals", "indicators"]}
    made = post(client, "/tables/new/bulk/", **body).json()
    assert [item["source"] for item in made["created"]] == [row.pk for row in old]
    assert made["skipped"] == []
    drafts = Stored.objects.filter(pk__in=[item["id"] for item in made["created"]]).order_by("pk")
    assert [draft.predecessor_id for draft in drafts] == [row.pk for row in old]
    assert [draft.amount for draft in drafts] == [None] * 3
    again = post(client, "/tables/new/bulk/", **body).json()
    assert (again["created"], len(again["skipped"])) == ([], 3)


def submittable(bureau: Department, number: int = 1) -> Stored:
    return tables(bureau, start=number)[0]


def test_warnings_need_a_reason_and_the_reason_stays_with_the_transition(client: Client, bureau: Department) -> None:
    made = table(1, fiscal_year=2027)
    made.spend_plan[0].percent = None
    pk = save_tables([Entry(made, bureau)]).saved[0].pk
    refused = post(client, f"/tables/{pk}/fill/submit/", version=1)
    assert (refused.status_code, refused.json()["error"]) == (409, "reason")
    assert [finding["path"] for finding in refused.json()["findings"]] == ["spend_plan.03"]
    assert post(client, f"/tables/{pk}/fill/submit/", version=1, reason="一季度无支出").json()["ok"] is True
    assert TransitionRecord.objects.get(table=pk).reason == "一季度无支出"


def test_blocking_findings_stop_submission(client: Client, bureau: Department) -> None:
    made = table(1, fiscal_year=2027)
    made.goals.annual = ""
    made.indicators[0].value = ""
    pk = save_tables([Entry(made, bureau)]).saved[0].pk
    refused = post(client, f"/tables/{pk}/fill/submit/", version=1, reason="有理由")
    assert (refused.status_code, refused.json()["error"]) == (409, "findings")
    uid = open_entry(stored(pk or 0)).uids["indicators"][0]
    blocked = [item["path"] for item in refused.json()["findings"] if item["level"] == "block"]
    assert blocked == ["goals.annual", f"indicators/{uid}/value"]
    assert Stored.objects.get(pk=pk).status == "draft"


def test_several_tables_are_submitted_each_by_itself(client: Client, bureau: Department, foreign: Stored) -> None:
    good, stale = tables(bureau, 2)
    wishes = [{"id": good.pk, "version": 1}, {"id": stale.pk, "version": 7}, {"id": foreign.pk, "version": 1}]
    results = post(client, "/tables/submit/", tables=wishes).json()["results"]
    assert [(item["id"], item["ok"], item["error"]) for item in results] == [
        (good.pk, True, ""),
        (stale.pk, False, "stale"),
        (foreign.pk, False, "missing"),
    ]


# --- attachments -----------------------------------------------------------------------------------

PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def attach(client: Client, row: Stored, name: str = "批复.pdf", content: bytes = PDF) -> Any:
    return client.post(f"/tables/{row.pk}/attachments/", {"file": SimpleUploadedFile(name, content)})


def test_an_attachment_comes_back_as_it_was_and_goes(client: Client, row: Stored, media: Path) -> None:
    made = attach(client, row, "..\\..\\批复 文件.pdf")
    assert made.status_code == 201
    assert made.json()["name"] == "批复 文件.pdf"
    [file] = [path for path in media.rglob("*") if path.is_file()]
    assert file.suffix == ""
    answer = client.get(made.json()["url"])
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    listed = client.get(f"/tables/{row.pk}/attachments/").json()["attachments"]
    assert [(item["name"], item["size"], item["by"]) for item in listed] == [("批复 文件.pdf", len(PDF), "officer")]
    answer.close()


@pytest.mark.django_db(transaction=True)
def test_a_deleted_attachment_leaves_no_file(client: Client, row: Stored, media: Path) -> None:
    made = attach(client, row).json()
    assert client.post(made["delete_url"]).json() == {"ok": True}
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert Attachment.objects.count() == 0
    actions = AuditEvent.objects.filter(action__startswith="attachment").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["attachment.add", "attachment.delete"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("空.pdf", b""),
        ("程序.exe", b"MZ\x00\x00"),
        ("页面.html", b"<html><body>a</body></html>"),
        ("图.pdf", b"\x89PNG\r\n\x1a\n"),
        ("宏.docm", b"PK\x03\x04"),
    ],
)
def test_other_files_are_refused(client: Client, row: Stored, media: Path, name: str, content: bytes) -> None:
    answer = attach(client, row, name, content)
    assert (answer.status_code, answer.json()["error"]) == (400, "file")
    assert Attachment.objects.count() == 0
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_a_refused_attachment_is_told_what_may_be_attached(client: Client, row: Stored, media: Path) -> None:
    may = "附件可以是 PDF、Word（.docx）、Excel（.xlsx、.xls）和图片（.png、.jpg、.gif）"
    for name, content in (("程序.exe", b"MZ\x00\x00"), ("页面.html", b"<html><body>a</body></html>")):
        assert may in attach(client, row, name, content).json()["message"]


def test_attachments_of_a_foreign_table_are_not_there(client: Client, foreign: Stored, media: Path) -> None:
    owner = logged_in(person("owner", (Role.OFFICER, foreign.department)))
    made = attach(owner, foreign).json()
    assert client.get(f"/tables/{foreign.pk}/attachments/").status_code == 404
    assert client.get(made["url"]).status_code == 404
    assert client.post(made["delete_url"]).status_code == 404
    assert attach(client, foreign).status_code == 404


def test_an_attachment_is_found_under_its_own_table_only(client: Client, bureau: Department, media: Path) -> None:
    one, two = tables(bureau, 2)
    made = attach(client, one).json()
    assert client.get(f"/tables/{two.pk}/attachments/{made['id']}/").status_code == 404


def test_a_submitted_table_keeps_its_attachments(client: Client, row: Stored, media: Path) -> None:
    made = attach(client, row).json()
    Stored.objects.filter(pk=row.pk).update(status="submitted")
    assert client.post(made["delete_url"]).status_code == 409
    assert attach(client, row).status_code == 400
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"op": "set", "path": "goals.annual", "value": "长" * 100_001}, "年度绩效目标"),
        ({"op": "set", "path": f"indicators/{'a' * 32}/value", "value": "长" * 100_001}, "指标值"),
        (
            {"op": "add", "list": "indicators", "uid": "b" * 32, "values": {"name": "长" * 100_001}},
            "三级指标",
        ),
    ],
    ids=["cell", "row", "new row"],
)
def test_a_text_too_long_is_refused_by_the_name_of_its_cell(client: Client, row: Stored, change, place) -> None:
    answer = post(client, f"/tables/{row.pk}/fill/changes/", version=1, batch=str(uuid.uuid4()), changes=[change])
    told = f"“{place}”的文字超过 100000 字，请删短，或作为附件上传"
    assert (answer.status_code, answer.json()["message"]) == (400, told)
    assert Stored.objects.get(pk=row.pk).version == 1


def test_a_form_with_two_halves_begins_with_its_categories_in_both(client: Client, bureau: Department) -> None:
    year(2027)
    body = {"year": 2027, "department": bureau.pk, "layout": "mof-2015", "name": "新项目", "skeleton": True}
    content = load_tables(Stored.objects.filter(pk=post(client, "/tables/new/", **body).json()["id"]))[0]
    categories = [item.category for item in content.indicators]
    assert len(categories) == 9
    assert [item.category for item in content.period_indicators] == categories


def test_prose_is_called_by_its_heading(client: Client, bureau: Department) -> None:
    year(2027)
    body = {"year": 2027, "department": bureau.pk, "layout": "hebei-department", "name": ""}
    pk = post(client, "/tables/new/", **body).json()["id"]
    fields = client.get(f"/tables/{pk}/fill/data/?step=prose").json()["steps"][0]["fields"]
    assert [field["name"] for field in fields[:2]] == ["文字部分第1行·标题", "一、总体绩效目标"]
