"""The pages of bulk import: what they show, what they do, what they refuse."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import ImportBatch, ImportFile, ImportTable, Role, SavedReading
from projects.models import TargetTable as Stored
from projects.rules import check_table
from projects.store import Entry, save_tables
from projects.targettable import Indicator
from projects.tests import office
from projects.tests.imports.conftest import archive, as_file, as_json, made

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def client(admin: Any) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def send(client: Client, batch: int, name: str, data: bytes) -> Any:
    file = SimpleUploadedFile(name.rsplit("/", 1)[-1], data)
    return client.post(f"/imports/{batch}/files/", {"file": file, "name": name}, **JSON)


def begin(client: Client, **fields: str) -> int:
    answer = client.post("/imports/", {"department": "", "name": "上年的文件", **fields}, **JSON)
    assert answer.status_code == 201
    return int(answer.json()["id"])


def act(client: Client, batch: int, address: str, **fields: Any) -> str:
    version = ImportBatch.objects.get(pk=batch).version
    answer = client.post(f"/imports/{batch}/{address}/", {"version": version, **fields}, follow=True)
    return answer.content.decode()


def test_files_are_uploaded_previewed_corrected_committed_and_undone(client, district) -> None:
    bureau = district["bureau"]
    save_tables([Entry(made(1, bureau)), Entry(made(2, bureau))])
    batch = begin(client)
    data = as_file(made(1, bureau), made(2, bureau, duties=""), made(3, bureau), made(4, "气象局"))
    answer = send(client, batch, "上年/全局.docx", data)
    assert (answer.status_code, answer.json()["files"][0]["state"]) == (201, "read")
    page = client.get(f"/imports/{batch}/").content.decode()
    assert "上年/全局.docx" in page
    assert "没有部门“气象局”" in page
    row = ImportTable.objects.get(label="办公设备购置3")
    assert f"/imports/{batch}/tables/{row.pk}/" in page
    page = client.get(f"/imports/{batch}/tables/{row.pk}/").content.decode()
    assert 'data-paths="' in page
    assert 'name="c:project.name"' in page
    fields = {"c:goals.annual": "改过的目标", "c:project.name": row.label}
    answer = act(client, batch, f"tables/{row.pk}/cells", **fields)
    assert "已更正，涉及 1 张表" in answer
    assert "原为“完成购置”" in answer
    assert "只写入有效的" in act(client, batch, "refresh")
    assert "无法归档" in act(client, batch, "commit")
    blocked = ImportTable.objects.get(label="办公设备购置4")
    assert "涉及 1 张表" in act(client, batch, f"tables/{blocked.pk}/department", department=district["office"].pk)
    page = act(client, batch, "commit")
    assert "导入结果" in page
    assert Stored.objects.get(label="办公设备购置3").goals_annual == "改过的目标"
    assert Stored.objects.get(label="办公设备购置4").department == district["office"]
    assert "已撤销" in act(client, batch, "undo")
    assert sorted(Stored.objects.values_list("label", flat=True)) == ["办公设备购置1", "办公设备购置2"]


def test_form_without_a_script_takes_several_files(client, district) -> None:
    files = [SimpleUploadedFile(f"{n}.json", as_json(made(n, district["bureau"]))) for n in (1, 2)]
    answer = client.post("/imports/", {"department": "", "file": files}, follow=True)
    assert answer.redirect_chain[0][0] == f"/imports/{ImportBatch.objects.get().pk}/"
    assert "写入 2 张" in answer.content.decode()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", b"0" * 30_000_000)
    return out.getvalue()


def office_file(part: str, text: bytes, **more: bytes) -> bytes:
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = b'<Types><Override ContentType="' + kind + b'"/></Types>'
    return archive({"[Content_Types].xml": types, part: text, **more})


HOSTILE: dict[str, tuple[bytes, str]] = {
    "空.docx": (b"", "0 字节"),
    "炸弹.docx": (bomb(), "压缩"),
    "笑.docx": (office_file("word/document.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "DOCTYPE"),
    "外部.docx": (
        office_file("word/document.xml", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x/>'),
        "DOCTYPE",
    ),
    "宏.docx": (office_file("word/document.xml", b"<x/>", **{"word/vbaProject.bin": b"x"}), "宏"),
    "宏.docm": (b"PK\x03\x04", "宏"),
    "后缀.xlsx": (office_file("word/document.xml", b"<x/>"), "后缀"),
    "加密.docx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(98),
        "加密",
    ),
    "文字.docx": ("不是 Word".encode(), "内容却不是"),
    "越界.zip": (archive({"../../etc/x.docx": b"x"}), "越出"),
    "改名.zip": (office_file("word/document.xml", b"<x/>"), "后缀"),
    "坏.zip": (b"PK\x03\x04 broken", "损坏"),
    "程序.exe": (b"MZ\x00\x01", "不是可以识别"),
    "深.json": (b"[" * 100_000, "JSON"),
    "无表.txt": ("只有一句话".encode(), "没有找到绩效目标表"),
}


def test_every_hostile_file_gets_its_message_and_the_rest_of_the_batch_is_imported(client, district) -> None:
    batch = begin(client)
    send(client, batch, "好.docx", as_file(made(1, district["bureau"])))
    for name, (data, _words) in HOSTILE.items():
        assert send(client, batch, name, data).status_code == 201, name
    odd = made(2, district["bureau"], duties="职\0责\x07=1+1")
    text = as_json(odd).replace("办公设备购置2".encode(), "办公\\ud800设备2".encode())
    send(client, batch, "控制字符.json", text)
    state = client.get(f"/imports/{batch}/state/").json()
    assert (state["working"], state["refused"], state["tables"]) == (False, len(HOSTILE), 2)
    refused = {(file["name"].partition("/")[0]): file["text"] for file in state["files"] if file["state"] == "refused"}
    assert {name: words in refused.get(name, "") for name, (_data, words) in HOSTILE.items()} == dict.fromkeys(
        HOSTILE, True
    )
    page = client.get(f"/imports/{batch}/").content.decode()
    assert "还有" not in page
    assert "导入结果" in act(client, batch, "commit")
    assert Stored.objects.count() == 2


def test_file_over_the_limit_is_refused_unread(client, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    batch = begin(client)
    answer = send(client, batch, "大.docx", b"x" * 1001).json()["files"][0]
    assert answer["state"] == "refused"
    assert "超过" in answer["text"]


def test_error_workbook_is_corrected_in_excel_and_uploaded_again(client, district) -> None:
    batch = begin(client)
    bare = made(1, district["bureau"])
    bare.fiscal_year = None
    send(client, batch, "甲.json", as_json(bare, made(2, "=cmd()")))
    answer = client.get(f"/imports/{batch}/errors.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    assert all(cell.data_type in ("s", "n") for line in sheet.iter_rows() for cell in line)
    line = next(n for n in range(2, sheet.max_row + 1) if "没有写明年度" in (sheet.cell(n, 8).value or ""))
    sheet.cell(line, heads.index("改为") + 1, "2027")
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("问题清单.xlsx", out.getvalue())
    assert "已采用 1 处更正，涉及 1 张表" in act(client, batch, "errors", file=file)
    assert ImportTable.objects.get(number=1).outcome == "new"
    again = SimpleUploadedFile("问题清单.xlsx", out.getvalue())
    assert "已不是清单中的内容" in act(client, batch, "errors", file=again)


@pytest.mark.parametrize("data", [b"", b"x", archive({"a": b"b"})])
def test_other_files_are_no_error_workbook(client, data) -> None:
    batch = begin(client)
    page = act(client, batch, "errors", file=SimpleUploadedFile("x.xlsx", data))
    assert "alert-error" in page


def test_stale_decision_is_refused(client, district) -> None:
    batch = begin(client)
    send(client, batch, "甲.json", as_json(made(1, district["bureau"])))
    answer = client.post(f"/imports/{batch}/commit/", {"version": "99"}, follow=True)
    assert "在您打开之后有过改动" in answer.content.decode()
    assert Stored.objects.count() == 0


def test_column_is_bound_anew_and_the_file_read_again(client, district) -> None:
    batch = begin(client)
    send(client, batch, "甲.docx", as_file(made(1, district["bureau"]), made(2, district["bureau"])))
    row = ImportTable.objects.order_by("id").first()
    page = act(client, batch, f"tables/{row.pk}/reading", op="column", label="绩效指标描述", path="basis")
    assert "已按更正重新读取 1 个文件" in page
    assert ImportTable.objects.order_by("id").values_list("id", flat=True)[0] == row.pk
    assert ImportBatch.objects.get().options["readings"][0]["path"] == "basis"
    for wrong in ({"op": "column", "label": "x", "path": "nothing"}, {"op": "unit", "text": "吨"}, {"op": "nothing"}):
        assert "alert-error" in act(client, batch, f"tables/{row.pk}/reading", **wrong)


def test_tables_are_split_off_and_joined_again(client, district) -> None:
    batch = begin(client)
    send(client, batch, "甲.docx", as_file(made(1, district["bureau"]), made(2, district["bureau"])))
    second = ImportTable.objects.get(number=2)
    page = act(client, batch, f"tables/{second.pk}/reading", op="join")
    assert "已按更正重新读取" in page
    assert ImportTable.objects.count() == 1
    only = ImportTable.objects.get()
    act(client, batch, f"tables/{only.pk}/reading", op="split", part=second.part, row=second.row)
    assert ImportTable.objects.count() == 2


def test_list_and_batch_take_as_many_queries_for_many_as_for_few(client, district) -> None:
    batch = begin(client)
    counts = []
    for start in (1, 10):
        send(client, batch, f"{start}.json", as_json(*(made(n, district["bureau"]) for n in range(start, start * 4))))
        for address in ("/imports/", f"/imports/{batch}/"):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_filters_narrow_the_preview(client, district) -> None:
    batch = begin(client)
    send(client, batch, "甲.json", as_json(made(1, district["bureau"]), made(2, "气象局")))
    blocked = client.get(f"/imports/{batch}/?show=blocked").content.decode()
    assert ("办公设备购置2" in blocked, "办公设备购置1" in blocked) == (True, False)
    assert "办公设备购置1" in client.get(f"/imports/{batch}/?q=购置1").content.decode()
    for odd in ("?show=x", "?file=x", "?file=99", "?page=9999", "?page=x"):
        assert client.get(f"/imports/{batch}/{odd}").status_code == 200
    for odd in ("?since=x", "?since=2026-01-01", "?since=2026-13-01T00:00:00"):
        assert client.get(f"/imports/{batch}/state/{odd}").status_code == 200


def test_whole_filter_can_be_left_out(client, district) -> None:
    batch = begin(client)
    send(client, batch, "甲.json", as_json(made(1, district["bureau"]), made(2, "气象局"), made(3, "气象局")))
    assert "2 张表不导入" in act(client, batch, "exclude", all="1", show="blocked", what="exclude")
    assert "写入 1 张" in client.get(f"/imports/{batch}/").content.decode()


def test_local_administrator_sees_own_batches_alone(client, district, local) -> None:
    mine = begin(client)
    other = Client()
    other.force_login(local)
    assert other.get(f"/imports/{mine}/").status_code == 404
    assert other.post("/imports/", {"department": ""}, **JSON).status_code == 400
    theirs = begin(other, department=str(district["bureau"].pk))
    assert other.get(f"/imports/{theirs}/").status_code == 200
    officer = Client()
    officer.force_login(office.person("o", (Role.OFFICER, district["bureau"])))
    assert officer.get("/imports/").status_code == 403
    assert officer.get(f"/imports/{theirs}/").status_code == 403


def test_source_file_is_a_download(client, district) -> None:
    batch = begin(client)
    data = as_file(made(1, district["bureau"]))
    send(client, batch, "甲.docx", data)
    row = ImportTable.objects.get()
    answer = client.get(f"/imports/{batch}/tables/{row.pk}/source/")
    assert b"".join(answer.streaming_content) == data
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_discarded_batch_is_gone_from_pages(client, district) -> None:
    batch = begin(client)
    send(client, batch, "甲.json", as_json(made(1, district["bureau"])))
    assert "已放弃“上年的文件”" in client.post(f"/imports/{batch}/discard/", follow=True).content.decode()
    assert client.get(f"/imports/{batch}/").status_code == 200
    assert "alert-error" in act(client, batch, "refresh")


UNKNOWN = """<h2>农村公路养护经费考核指标表（2027年）</h2><table>
<tr><td>资金名称</td><td>{name}</td><td>主管部门</td><td>财政局</td></tr>
<tr><td>资金总额（万元）</td><td>12</td><td>年度目标</td><td>完成养护</td></tr>
<tr><th>一级指标</th><th>二级指标</th><th>三级指标</th><th>指标值</th></tr>
<tr><td>产出指标</td><td>数量指标</td><td>养护里程</td><td>≥30公里</td></tr>
<tr><td>满意度指标</td><td>服务对象满意度</td><td>群众满意度</td><td>≥90%</td></tr></table>"""


def test_confirmed_reading_is_saved_as_a_form_and_recognised_next_time(client, district) -> None:
    batch = begin(client)
    send(client, batch, "甲.html", UNKNOWN.format(name="农村公路养护").encode())
    row = ImportTable.objects.get()
    assert (row.layout, row.label) == ("", "农村公路养护")
    assert "已另存为表样“养护表”" in act(client, batch, f"tables/{row.pk}/form", name="养护表")
    assert "这种表样已经认得" in act(client, batch, f"tables/{row.pk}/form", name="养护表")
    send(client, batch, "乙.html", UNKNOWN.format(name="桥梁养护").encode())
    other = ImportTable.objects.get(label="桥梁养护")
    assert other.layout == f"s{SavedReading.objects.get().pk}"
    assert other.content["indicators"][0]["quantity"] == "30"
    assert other.sure > row.sure


def test_list_template_is_downloaded_empty_or_prefilled_and_imported_again_without_loss(client, district) -> None:
    bureau = district["bureau"]
    save_tables([Entry(made(n, bureau)) for n in (1, 2)] + [Entry(made(3, district["health"], year=2026))])
    empty = b"".join(client.get("/imports/template.xlsx").streaming_content)
    filled = b"".join(client.get("/imports/template.xlsx?year=2027").streaming_content)
    ahead = b"".join(client.get("/imports/template.xlsx?year=2027&next=1").streaming_content)
    batch = begin(client)
    assert send(client, batch, "空.xlsx", empty).json()["files"][0]["state"] == "refused"
    send(client, batch, "清单.xlsx", filled)
    assert list(ImportTable.objects.values_list("outcome", flat=True)) == ["unchanged", "unchanged"]
    send(client, batch, "下年.xlsx", ahead)
    assert sorted(ImportTable.objects.filter(outcome="new").values_list("year", flat=True)) == [2028, 2028]
    assert client.get("/imports/template.xlsx?year=x").status_code == 200


def test_preview_says_what_the_rules_will_find(client, district) -> None:
    batch = begin(client)
    wrong = Indicator("产出指标", "质量指标", "发放准确率", value="10人", category="output.quality")
    content = made(1, district["bureau"], indicators=[*made(1, district["bureau"]).indicators, wrong])
    send(client, batch, "甲.json", as_json(content))
    row = ImportTable.objects.get()
    told = client.get(f"/imports/{batch}/tables/{row.pk}/").content.decode()
    assert f"写入后检查规则会提示 {len(check_table(row.table))} 处" in told
    assert "“发放准确率”是比率，指标值却写成" in told


def test_what_cannot_be_saved_stays_in_the_fields(client, district) -> None:
    batch = begin(client)
    send(client, batch, "甲.docx", as_file(made(1, district["bureau"])))
    row = ImportTable.objects.get()
    stale = ImportBatch.objects.get(pk=batch).version - 1
    for version, year, why in (
        ("", "二〇二七", "有过改动"),
        (stale, "2027", "有过改动"),
        (stale + 1, "二〇二七", "不是年度"),
    ):
        cells = {"c:fiscal_year": year, "c:goals.annual": "写了很久的目标", "version": version}
        response = client.post(f"/imports/{batch}/tables/{row.pk}/cells/", cells)
        page = response.content.decode()
        assert response.status_code == 409
        assert why in page
        assert f'value="{year}"' in page
        assert "写了很久的目标" in page
    assert ImportTable.objects.get().corrections == {}


def test_a_file_too_large_to_be_sent_is_kept_as_refused(client, district, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1 << 20
    batch = begin(client)
    url = f"/imports/{batch}/files/"
    assert client.post(url, {"name": "大.pdf", "size": str(2 << 20)}, **JSON).status_code == 201
    assert client.post(url, {"name": "小.pdf", "size": "12"}, **JSON).status_code == 409
    file = ImportFile.objects.get()
    assert (file.name, file.state, file.size) == ("大.pdf", "refused", 2 << 20)
    assert "“大.pdf”" in client.get(f"/imports/{batch}/").content.decode()


def test_unknown_departments_are_made_with_the_commit_when_asked(client, district) -> None:
    batch = begin(client)
    send(client, batch, "甲.json", as_json(made(1, "气象局"), made(2, "某区卫生健康局机关")))
    assert "写入时都新建" in client.get(f"/imports/{batch}/").content.decode()
    page = act(client, batch, "options", year="", past="auto", unknown="new")
    assert "写入时都新建" not in page  # what is left has a similar name and wants a person
    assert '气象局 <span class="quiet">（写入时新建）</span>' in page
    assert [row.found for row in ImportTable.objects.order_by("number")] == ["made", "proposed"]
    act(client, batch, "commit", valid_only="1")
    assert Stored.objects.get().department.name == "气象局"


def test_local_administrators_are_not_offered_departments_to_be_made(local, district) -> None:
    client = Client()
    client.force_login(local)
    answer = client.post("/imports/", {"department": str(district["bureau"].pk), "name": "x"}, **JSON)
    batch = int(answer.json()["id"])
    send(client, batch, "甲.json", as_json(made(1, "气象局")))
    page = client.get(f"/imports/{batch}/").content.decode()
    assert "写入时" not in page
    assert "只有全部部门的系统管理员" in act(client, batch, "options", year="", past="auto", unknown="all")
