"""Pages of the library through the test client."""

from __future__ import annotations

import io
import re

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators.models import LibraryIndicator
from projects.models import AuditEvent, Department, LibraryProposal, TableIndicator, User
from projects.services import library, library_excel
from projects.services.library_proposals import propose
from projects.tests.library.conftest import Add, Approve, quality
from projects.tests.library.test_excel import book, line
from projects.views.library_import import SALT


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def top(people: dict[str, User]) -> Client:
    return browser(people["top"])


def form_of(indicator: LibraryIndicator, **changed: str) -> dict[str, str]:
    texts = {name: getattr(indicator, name) for name in library.FIELDS}
    return texts | {"version": str(indicator.version), "department": str(indicator.department_id or "")} | changed


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_the_list_shows_what_is_in_use_until_asked_otherwise(add: Add, top: Client, people: dict[str, User]) -> None:
    add("发放准确率")
    retired = add("采集准确率")
    library.set_in_use(actor=people["top"], pk=retired.pk, version=1, in_use=False)

    def shown(query: str) -> set[str]:
        page = top.get(f"/library/{query}").content.decode()
        return {name for name in ("发放准确率", "采集准确率") if f">{name}</a>" in page}

    assert shown("") == {"发放准确率"}
    assert shown("?state=retired") == {"采集准确率"}
    assert shown("?state=all&q=准确") == {"发放准确率", "采集准确率"}
    assert shown("?q=满意") == shown("?category=outcome") == set()
    page = top.get("/library/?category=output.quality").content.decode()
    assert "产品和服务达到的标准和水平" in page
    assert top.get("/library/?category=nonsense").status_code == 200


def test_the_same_queries_for_one_and_fifty(add: Add, approve: Approve, top: Client) -> None:
    for number in range(2):
        add(f"优抚对象补助准确率{number}")
    approve(0, quality("优抚对象补助准确率0"))

    def counted(path: str) -> int:
        top.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert top.get(path).status_code == 200
        return len(captured)

    pk = LibraryIndicator.objects.order_by("id")[0].pk
    paths = ["/library/", f"/library/{pk}/", "/library/duplicates/", "/library/proposals/"]
    first = [counted(path) for path in paths]
    for number in range(2, 50):
        add(f"优抚对象补助准确率{number}")
    approve(1, *[quality(f"优抚对象补助准确率{number}") for number in range(50)])
    assert [counted(path) for path in paths] == first


def test_a_stale_form_shows_both_texts_and_keeps_what_was_typed(add: Add, top: Client, people: dict[str, User]) -> None:
    made = add("准确率", value="≥90%")
    typed = form_of(made, value="≥95%")
    library.change_indicator(
        actor=people["top"], pk=made.pk, version=1, fields={"value": "100%", "unit": "%"}, department=None
    )
    answer = top.post(f"/library/{made.pk}/edit/", typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "您打开之后，别人改动了这个指标" in page
    assert "现在的“参考值”</dt><dd>100%" in page
    assert 'value="≥95%"' in page
    made.refresh_from_db()
    assert made.value == "100%"
    answer = top.post(f"/library/{made.pk}/edit/", typed | {"version": hidden(page, "version")})
    assert answer.status_code == 302
    made.refresh_from_db()
    assert (made.value, made.version) == ("≥95%", 3)


def test_a_name_that_is_taken_is_told_beside_its_field(add: Add, top: Client) -> None:
    made = add("准确率")
    page = top.post("/library/new/", form_of(made)).content.decode()
    assert "共享指标库的“产出指标 · 质量指标”里已有同名的在用指标" in page
    assert LibraryIndicator.objects.count() == 1


def test_a_merged_indicator_leads_to_the_one_that_stayed(add: Add, top: Client) -> None:
    kept, other = add("发放准确率"), add("发放的准确率")
    page = top.get("/library/duplicates/").content.decode()
    assert "并入另一个" in page
    answer = top.post(f"/library/{other.pk}/merge/", {"version": "1", "into": str(kept.pk)})
    assert answer["Location"] == f"/library/{kept.pk}/"
    page = top.get(f"/library/{other.pk}/", follow=True).content.decode()
    assert "“发放的准确率”已并入“发放准确率”。" in page
    assert "撤销合并：发放的准确率" in page
    top.post(f"/library/{other.pk}/unmerge/", {"version": "2"})
    assert top.get(f"/library/{other.pk}/").status_code == 200
    answer = top.post(f"/library/{other.pk}/merge/", {"version": "1", "into": str(kept.pk)}, follow=True)
    assert "请看过再办" in answer.content.decode()
    other.refresh_from_db()
    assert other.state == "in_use"


def test_export_and_import_through_the_pages(add: Add, top: Client, people: dict[str, User]) -> None:
    add("=准确率", value="≥95%")
    answer = top.get("/library/list.xlsx?q=准确")
    data = b"".join(answer.streaming_content)
    assert library_excel.read_rows(data, "a.xlsx")[0].texts["三级指标"] == "=准确率"
    event = AuditEvent.objects.order_by("-id")[0]
    assert (event.action, event.after) == ("library.export", {"行数": 1, "名称、解释或公式": "准确"})
    file = SimpleUploadedFile("指标.xlsx", book(line("=准确率", 参考值="100%"), line("合格率"), line("", 参考值="1")))
    page = top.post("/library/import/", {"file": file, "department": ""}).content.decode()
    assert LibraryIndicator.objects.count() == 1
    assert "“三级指标”没有填" in page
    assert "≥95% → 100%" in page
    answer = top.post("/library/import/confirm/", {"rows": hidden(page, "rows")}, follow=True)
    assert "导入完成：新增 1 个，修改 1 个。" in answer.content.decode()
    assert dict(LibraryIndicator.objects.values_list("name", "value")) == {"=准确率": "100%", "合格率": ""}
    # The same confirmation again would write over what nobody was shown.
    answer = top.post("/library/import/confirm/", {"rows": hidden(page, "rows")})
    assert answer.status_code == 409
    assert "预览之后指标库有变化，没有写入。" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("指标.xlsx", b"PK nonsense", ""),
        ("指标.txt", "名称".encode(), ""),
        ("指标.xlsx", book({"二级指标": "质量指标"}, heads=("二级指标",)), "前十行里没有表头"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(top: Client, name: str, data: bytes, said: str) -> None:
    answer = top.post("/library/import/", {"file": SimpleUploadedFile(name, data), "department": ""})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "invalid-feedback" in page
    assert said in page


def test_a_confirmation_of_somebody_else_is_refused(top: Client, people: dict[str, User]) -> None:
    rows = [[2, line("合格率"), None, 0, "new"]]
    for token in ("", "abc", signing.dumps([people["keeper"].pk, None, rows], salt=SALT, compress=True)):
        assert top.post("/library/import/confirm/", {"rows": token}).status_code == 400
    assert LibraryIndicator.objects.count() == 0


def test_proposals_go_through_the_pages(
    approve: Approve, people: dict[str, User], places: dict[str, Department]
) -> None:
    row = approve(1, quality("发放准确率"), quality("采集准确率"))
    officer, keeper = browser(people["officer"]), browser(people["keeper"])
    page = officer.get(f"/tables/{row.pk}/").content.decode()
    assert "建议入库：发放准确率" in page
    assert "建议入库" not in browser(people["reader"]).get(f"/tables/{row.pk}/").content.decode()
    for one in TableIndicator.objects.filter(table=row):
        officer.post(f"/tables/{row.pk}/propose/", {"row": str(one.uid), "library": "department"})
    first, second = LibraryProposal.objects.order_by("id")
    answer = officer.post(
        f"/tables/{row.pk}/propose/", {"row": str(first.row_uid), "library": "department"}, follow=True
    )
    assert "“财政局”指标库里已有这个指标（待审核）" in answer.content.decode()
    assert officer.post(f"/tables/{row.pk}/propose/", {"row": "x"}).status_code == 404
    page = keeper.get("/library/proposals/").content.decode()
    assert "发放准确率" in page
    answer = keeper.post(f"/library/proposals/{first.pk}/decline/", {"version": "1", "reason": ""})
    assert (answer.status_code, "请写明不采纳的理由" in answer.content.decode()) == (400, True)
    keeper.post(f"/library/proposals/{first.pk}/decline/", {"version": "1", "reason": "太笼统"})
    assert "太笼统" in officer.get(f"/library/proposals/{first.pk}/").content.decode()
    typed = form_of(second.indicator, name="信息采集准确率", department=str(places["bureau"].pk))
    answer = keeper.post(f"/library/proposals/{second.pk}/accept/", typed)
    assert answer["Location"] == f"/library/{second.indicator_id}/"
    assert keeper.post(f"/library/proposals/{second.pk}/accept/", typed).status_code == 409
    assert LibraryIndicator.objects.get(state="in_use").name == "信息采集准确率"


def test_texts_are_shown_as_texts(add: Add, top: Client, approve: Approve, people: dict[str, User]) -> None:
    nasty = "<script>alert(1)</script>准确率"
    made = add(nasty, explanation=nasty, sector=nasty[:60])
    row = approve(1, quality(nasty, nasty))
    uid = TableIndicator.objects.get().uid
    propose(actor=people["officer"], table=row, row=uid, shared=False)
    proposal = LibraryProposal.objects.get().pk
    for path in ("", f"{made.pk}/", f"{made.pk}/edit/", "proposals/", f"proposals/{proposal}/", "duplicates/"):
        page = top.get(f"/library/{path}").content.decode()
        assert "<script>alert" not in page, path
    assert "<script>alert" not in top.get(f"/tables/{row.pk}/").content.decode()
    data = b"".join(top.get("/library/list.xlsx").streaming_content)
    assert library_excel.read_rows(io.BytesIO(data).read(), "a.xlsx")[0].name == nasty
