"""The office's own forms from upload to use: a table begun, filled, shown, exported and imported in them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from projects.layouts import all_layouts, get_layout, layout_of, render
from projects.layouts.blank.prove import specimen
from projects.layouts.registry import shipped_layouts
from projects.models import AuditEvent, Department, FiscalYear, Form, FormEdition, Membership, Role, User
from projects.models import TargetTable as Stored
from projects.services import creating, exporting, forms
from projects.services.forms import FormRefused, Wish
from projects.services.importing import import_documents
from projects.services.reading import read_upload
from projects.store import Entry, load_tables, save_tables
from projects.tests.layouts.helpers import compare
from projects.tests.own_forms import excel_form, word_form

pytestmark = pytest.mark.django_db
FILES = {"docx": word_form, "xlsx": excel_form}
WISH = Wish(first_year=2026, tree="hebei")


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def admin() -> User:
    user = User.objects.create_user("admin", password="Correct-horse-7")
    Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
    return user


@pytest.fixture
def bureau() -> Department:
    return Department.objects.create(code="321001", name="试填市试填局")


@pytest.fixture
def officer(bureau: Department) -> User:
    user = User.objects.create_user("officer", password="Correct-horse-7")
    Membership.objects.create(user=user, department=bureau, role=Role.OFFICER)
    return user


def uploaded(admin: User, suffix: str = "docx", **more: Any) -> FormEdition:
    return forms.upload(user=admin, data=FILES[suffix](), name=f"申报书.{suffix}", wish=more.pop("wish", WISH), **more)


def activate(admin: User, edition: FormEdition) -> None:
    forms.change_state(user=admin, edition=edition, action="activate", version=_version(edition))


def _version(edition: FormEdition) -> int:
    return Form.objects.get(pk=edition.form_id).version


@pytest.mark.parametrize("suffix", FILES)
def test_a_form_from_upload_to_import(admin: User, officer: User, bureau: Department, suffix: str) -> None:
    edition = uploaded(admin, suffix)
    assert [f["text"] for f in edition.report["findings"] if f["level"] == "block"] == []
    assert get_layout(edition.layout_id) is None
    activate(admin, edition)
    layout = get_layout(edition.layout_id)
    assert layout is not None
    assert all_layouts()[-1] is layout

    year = FiscalYear.objects.create(year=2026)
    row = creating.create_table(
        user=officer, year=year, department=bureau, layout=layout.id, name="试填第14项", skeleton=True
    )
    table = load_tables(Stored.objects.filter(pk=row.pk))[0]
    assert (table.layout, len(table.indicators)) == (layout.id, 9)
    assert layout_of(table) is layout

    filled = specimen(layout)
    filled.project.name, filled.department.name = table.project.name, table.department.name
    saved = save_tables([Entry(filled, bureau)]).saved[0]
    stored = load_tables(Stored.objects.filter(pk=saved.pk))[0]
    assert compare(stored, filled) == []
    assert render(stored) != []
    for format in ("docx", "xlsx", "html", "json"):
        data = exporting.export_bytes([stored], format=format)
        assert data == exporting.export_bytes([stored], format=format)
        if format != "json":
            found = read_upload(data, f"表.{format}")
            assert [compare(read.table, stored) for read in found] == [[]]
    own = exporting.export_bytes([stored], format=suffix)
    if suffix == "docx":
        assert docx.Document(io.BytesIO(own)).paragraphs[0].runs[0].bold
    else:
        assert openpyxl.load_workbook(io.BytesIO(own)).active["B2"].font.name == "楷体"
    report = import_documents([(f"表.{suffix}", own)])
    assert [table.outcome for file in report.files for table in file.tables] == ["unchanged"]


@pytest.mark.office
@pytest.mark.parametrize("suffix", FILES)
def test_a_pdf_of_an_own_form_is_read_back(admin: User, suffix: str) -> None:
    edition = uploaded(admin, suffix)
    activate(admin, edition)
    layout = get_layout(edition.layout_id)
    assert layout is not None
    table = specimen(layout)
    (found,) = read_upload(exporting.export_pdf([table]).data, "表.pdf")
    assert compare(found.table, table) == []


def test_a_file_filled_in_by_hand_is_recognised_without_any_mark(admin: User) -> None:
    edition = uploaded(admin)
    activate(admin, edition)
    made = docx.Document(io.BytesIO(word_form()))
    made.core_properties.category = ""
    typed = {"{{项目名称}}": "路灯改造", "{{三级指标}}": "改造路灯数量", "{{指标值}}": "300盏", "{{计算符号}}": "≥"}
    for row in made.tables[0].rows:
        for cell in row.cells:
            text = cell.text
            if "{{" in text:
                for paragraph in cell.paragraphs:
                    for run in paragraph.runs:
                        run.text = ""
                cell.paragraphs[0].runs[0].text = typed.get(text, "")
    for paragraph in made.paragraphs:
        text = paragraph.text.replace("{{年度}}", "2027").replace("{{主管单位}}", "城管局")
        for run in paragraph.runs:
            run.text = ""
        if paragraph.runs:
            paragraph.runs[0].text = re.sub(r"\{\{.*?\}\}", "", text)
    out = io.BytesIO()
    made.save(out)
    found = read_upload(out.getvalue(), "手填.docx")
    assert [read.table.layout for read in found] == [edition.layout_id]
    table = found[0].table
    assert (table.project.name, table.fiscal_year) == ("路灯改造", 2027)
    assert [(row.name, row.value) for row in table.indicators] == [("改造路灯数量", "≥300盏")]


def test_a_table_keeps_its_edition(admin: User, officer: User, bureau: Department) -> None:
    first = uploaded(admin)
    activate(admin, first)
    year = FiscalYear.objects.create(year=2026)
    row = creating.create_table(user=officer, year=year, department=bureau, layout=first.layout_id, name="甲")
    second = forms.upload(
        user=admin, data=word_form(立项缘由="立项的缘由"), name="申报书2.docx", wish=WISH, form=first.form,
        version=_version(first),
    )  # fmt: skip
    activate(admin, second)
    table = load_tables(Stored.objects.filter(pk=row.pk))[0]
    assert (second.number, table.layout) == (2, first.layout_id)
    data = exporting.export_bytes([table], format="docx")
    assert docx.Document(io.BytesIO(data)).tables[0].cell(3, 0).text == "立项缘由"
    assert [read.table.layout for read in read_upload(data, "表.docx")] == [first.layout_id]
    with pytest.raises(creating.CreateRefused, match="不用于2026年的“试填市试填局”，或已停用"):
        creating.create_table(user=officer, year=year, department=bureau, layout=first.layout_id, name="乙")
    forms.change_state(user=admin, edition=first, action="deactivate", version=_version(first))
    forms.change_state(user=admin, edition=second, action="deactivate", version=_version(second))
    assert [layout.id for layout in all_layouts()] == [layout.id for layout in shipped_layouts()]
    assert [read.table.layout for read in read_upload(data, "表.docx")] == [first.layout_id]


def test_next_year_continues_in_the_new_edition(admin: User, officer: User, bureau: Department) -> None:
    first = uploaded(admin)
    activate(admin, first)
    year, following = FiscalYear.objects.create(year=2026), FiscalYear.objects.create(year=2027)
    row = creating.create_table(user=officer, year=year, department=bureau, layout=first.layout_id, name="甲")
    second = forms.upload(
        user=admin, data=word_form(立项缘由="立项的缘由"), name="申报书2.docx",
        wish=Wish(first_year=2027, tree="hebei"), form=first.form, version=_version(first),
    )  # fmt: skip
    activate(admin, second)
    made = creating.bulk_create(user=officer, year=following, tables=[row.pk])
    table = load_tables(Stored.objects.filter(pk=made.created[0][1]))[0]
    assert (table.layout, table.title) == (second.layout_id, "2027年度滨江市市级财政项目绩效申报书")
    assert Stored.objects.get(pk=row.pk).layout == first.layout_id


def test_forms_are_offered_by_year_and_department(admin: User, officer: User, bureau: Department) -> None:
    other = Department.objects.create(code="322001", name="卫健局")
    edition = uploaded(admin, department=other)
    activate(admin, edition)
    year = FiscalYear.objects.create(year=2026)
    with pytest.raises(creating.CreateRefused, match="不用于"):
        creating.create_table(user=officer, year=year, department=bureau, layout=edition.layout_id, name="甲")


def test_only_administrators_of_the_department(admin: User, officer: User, bureau: Department) -> None:
    local = User.objects.create_user("local", password="Correct-horse-7")
    Membership.objects.create(user=local, department=bureau, role=Role.ADMINISTRATOR)
    for user in (officer, local):
        with pytest.raises(FormRefused, match="需要全部部门的系统管理员"):
            uploaded(user)
        with pytest.raises(FormRefused):
            forms.switch_shipped(user=user, layout="longhua", active=False)
    edition = uploaded(local, department=bureau)
    with pytest.raises(FormRefused, match="您不是“试填市试填局”的系统管理员"):
        forms.change_state(user=officer, edition=edition, action="activate", version=1)


def test_a_form_with_problems_is_shown_but_not_activated(admin: User) -> None:
    edition = forms.upload(
        user=admin, data=word_form(**{"{{项目名称}}": "{{项目名字}}"}), name="x.docx", wish=Wish(first_year=2026)
    )
    texts = [f["text"] for f in edition.report["findings"] if f["level"] == "block"]
    assert texts[0].startswith("不认识占位符 {{项目名字}}。是不是“项目名称”")
    with pytest.raises(FormRefused, match="还有 2 个问题须先改正"):
        activate(admin, edition)


def test_somebody_else_was_faster(admin: User) -> None:
    edition = uploaded(admin)
    activate(admin, edition)
    with pytest.raises(FormRefused, match="别人刚刚改动了这个表样"):
        forms.change_state(user=admin, edition=edition, action="deactivate", version=1)


def test_an_edition_that_was_in_use_does_not_change(admin: User) -> None:
    edition = uploaded(admin)
    again = forms.read_again(
        user=admin, edition=edition, wish=Wish(first_year=2026, unit="万元", tree="2022"), version=1
    )
    layout = forms.layout_of_edition(again)
    assert (layout.unit, "output.cost" in layout.categories) == ("万元", False)
    activate(admin, edition)
    with pytest.raises(FormRefused, match="已经启用过，不能再改"):
        forms.read_again(user=admin, edition=edition, wish=WISH, version=_version(edition))
    with pytest.raises(FormRefused, match="只能停用"):
        forms.change_state(user=admin, edition=edition, action="delete", version=_version(edition))


def test_a_draft_can_be_deleted_with_its_file(
    admin: User, django_capture_on_commit_callbacks: Any, tmp_path: Path
) -> None:
    edition = uploaded(admin)
    assert len(list(tmp_path.glob("forms/*"))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        forms.change_state(user=admin, edition=edition, action="delete", version=1)
    assert not Form.objects.exists()
    assert list(tmp_path.glob("forms/*")) == []


def test_every_step_is_recorded(admin: User) -> None:
    edition = uploaded(admin)
    activate(admin, edition)
    forms.switch_shipped(user=admin, layout="longhua", active=False)
    found = AuditEvent.objects.order_by("id").values_list("action", "object_name")
    name = "滨江市市级财政项目绩效申报书"
    assert list(found) == [
        ("form.upload", f"{name}（第1版）"),
        ("form.activate", f"{name}（第1版）"),
        ("form.deactivate", "项目支出绩效目标表（深圳龙华）"),
    ]


def test_a_shipped_form_switched_off_is_not_offered(admin: User, officer: User, bureau: Department) -> None:
    year = FiscalYear.objects.create(year=2026)
    forms.switch_shipped(user=admin, layout="longhua", active=False)
    with pytest.raises(creating.CreateRefused, match="或已停用"):
        creating.create_table(user=officer, year=year, department=bureau, layout="longhua", name="甲")
    forms.switch_shipped(user=admin, layout="longhua", active=True)
    assert (
        creating.create_table(user=officer, year=year, department=bureau, layout="longhua", name="甲").layout
        == "longhua"
    )


def test_a_file_changed_on_disk_is_not_used(admin: User) -> None:
    edition = uploaded(admin)
    Path(edition.file.path).write_bytes(word_form(编号="号"))
    with pytest.raises(FormRefused, match="与上传时不同"):
        forms.content_of(FormEdition.objects.get(pk=edition.pk))


# --- what a form may not carry -------------------------------------------------------------------


def repacked(data: bytes, **parts: str) -> bytes:
    """A package with some parts replaced or added (``word__settings.xml``)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, text in parts.items():
            target.writestr(name, text)
    return out.getvalue()


def texts(data: bytes, name: str) -> list[str]:
    return [f.text for f in forms.analyse(data, name, WISH).findings if f.level == "block"]


def test_formulas_are_refused() -> None:
    assert texts(excel_form(**{"{{其他:花费合计}}": "=SUM(F15:F15)"}), "表.xlsx")[0] == (
        "单元格 F16 里有公式；表样里不能有公式，请改为占位符或文字"
    )


def test_field_codes_external_templates_and_comments_are_refused() -> None:
    plain = word_form()
    with zipfile.ZipFile(io.BytesIO(plain)) as package:
        body = package.read("word/document.xml").decode()
        links = package.read("word/_rels/document.xml.rels").decode()
    field = '<w:p><w:fldSimple w:instr=" DDEAUTO c:\\\\x "/></w:p><w:sectPr'
    assert (
        "域代码“DDEAUTO”"
        in texts(repacked(plain, **{"word/document.xml": body.replace("<w:sectPr", field, 1)}), "a.docx")[0]
    )
    remote = (
        '<Relationship Id="rId99" TargetMode="External" Target="http://x.example/t.dotx" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>'
    )
    data = repacked(plain, **{"word/_rels/document.xml.rels": links.replace("</Relationships>", remote)})
    assert texts(data, "a.docx")[0] == "文件引用了外部文件（模板、图片或数据），请取消链接后再上传"
    tracked = body.replace("<w:sectPr", "<w:p><w:ins><w:r><w:t>新</w:t></w:r></w:ins></w:p><w:sectPr", 1)
    assert "未处理的修订" in texts(repacked(plain, **{"word/document.xml": tracked}), "a.docx")[0]
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    note = f'<w:comments xmlns:w="{space}"><w:comment/></w:comments>'
    assert "批注" in texts(repacked(plain, **{"word/comments.xml": note}), "a.docx")[0]


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "a.docx", "是空文件"),
        (b"hello", "a.txt", "不是 Word 文档（.docx）或 Excel 工作簿（.xlsx）"),
        (word_form(), "a.xlsx", "两者不符"),
        (word_form()[:-300], "a.docx", "已损坏或不完整"),
        (b"x" * (forms.LARGEST + 1), "a.docx", "超过 5 MB 的上限"),
    ],
)
def test_other_files_are_refused(data: bytes, name: str, message: str) -> None:
    with pytest.raises(FormRefused, match=message):
        forms.analyse(data, name, WISH)


def test_a_bomb_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word_form())) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        target.writestr("word/media/zeros.xml", b" " * 40_000_000)
    with pytest.raises(FormRefused, match="压缩炸弹"):
        forms.analyse(out.getvalue(), "a.docx", WISH)


def test_a_document_without_a_table_is_refused() -> None:
    made = docx.Document()
    made.add_paragraph("没有表")
    out = io.BytesIO()
    made.save(out)
    with pytest.raises(FormRefused, match="文件里没有表格"):
        forms.analyse(out.getvalue(), "a.docx", WISH)


def test_nothing_in_a_template_is_executed() -> None:
    text = "{{项目概况.__class__}}"
    found = forms.analyse(word_form(**{"{{项目概况}}": text}), "a.docx", WISH)
    assert [f.code for f in found.findings if f.level == "block"] == ["unknown"]
