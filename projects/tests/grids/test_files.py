"""Hostile and mistaken files: each is refused with a sentence that names file, reason and remedy."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest

from perfgoals.uploads import FileRefused, Limits, check_upload
from projects.grids.docx_writer import write_docx
from projects.grids.files import open_document, refusal, walk
from projects.grids.grid import Cell, Grid, Paragraph, Row
from projects.grids.html_writer import write_html_page
from projects.grids.xlsx_writer import write_xlsx

GRID = Grid([Row([Cell("项目名称", 0), Cell("龙华", 1)])], [1, 1])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def a_docx() -> bytes:
    out = io.BytesIO()
    write_docx([Paragraph("标题", "title"), GRID], out)
    return out.getvalue()


def an_xlsx() -> bytes:
    out = io.BytesIO()
    write_xlsx([("表", [GRID])], out)
    return out.getvalue()


def changed(data: bytes, extra: dict[str, bytes], *, without: str = "") -> bytes:
    """The package with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != without and name not in extra:
                new.writestr(name, old.read(name))
        for name, content in extra.items():
            new.writestr(name, content)
    return out.getvalue()


def ole(*entries: str) -> bytes:
    """The outline of an OLE file: a header and directory entries."""
    body = b"".join(name.encode("utf-16-le").ljust(128, b"\x00") for name in entries)
    return OLE.ljust(512, b"\x00") + body


def refused(data: bytes, name: str, limits: Limits | None = None) -> tuple[str, str]:
    with pytest.raises(FileRefused) as caught:
        open_document(data, name, limits or Limits(), office="")
    return caught.value.code, caught.value.message


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
)
EXTERNAL = LAUGHS.replace(b'<!ENTITY a "ha">', b'<!ENTITY a SYSTEM "file:///etc/hostname">')
RESAVE = "请用 Word、Excel 或 WPS 打开，确认内容后另存为 .docx 或 .xlsx 再上传。"
DOCTYPE = (
    "doctype",
    "“a.docx”内含文档类型或实体声明（DOCTYPE/ENTITY），出于安全不予读取。请用 Word 或 Excel 打开后另存一份再上传。",
)
MACRO = ("macro", "“a.docx”含有宏（VBA 程序），出于安全不予读取。请另存为不含宏的 .docx 或 .xlsx 再上传。")
BROKEN = ("damaged", f"“a.docx”已损坏或不完整，无法打开。{RESAVE}")


@pytest.mark.parametrize("attack", [LAUGHS, EXTERNAL, LAUGHS.decode().encode("utf-16")])
def test_document_type_in_word_is_refused(attack: bytes) -> None:
    assert refused(changed(a_docx(), {"word/document.xml": attack}), "a.docx") == DOCTYPE


def test_document_type_in_excel_behind_a_comment_is_refused() -> None:
    attack = b"<?xml version='1.0'?><!-- > --> <!DOCTYPE a [<!ENTITY b 'c'>]><sst/>"
    data = changed(an_xlsx(), {"xl/sharedStrings.xml": attack})
    assert refused(data, "b.xlsx")[0] == "doctype"


def test_entity_in_a_page_is_refused() -> None:
    assert refused(b"<!DOCTYPE html [<!ENTITY a 'b'>]><html>&a;</html>", "a.html")[0] == "doctype"


def test_foreign_coding_is_refused() -> None:
    attack = b"<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE a+AD4-<a/>"
    code, message = refused(changed(a_docx(), {"word/document.xml": attack}), "a.docx")
    assert (code, message) == ("damaged", f"“a.docx”使用了不支持的编码“UTF-7”。{RESAVE}")


def test_zip_bomb_by_ratio_is_refused() -> None:
    data = changed(a_docx(), {"word/media/a.xml": b"<a>" + b" " * 30_000_000})
    assert refused(data, "a.docx") == (
        "ratio", "“a.docx”压缩比超过 100 倍，疑似压缩炸弹。请删去多余内容后重新保存再上传。",
    )  # fmt: skip


def test_zip_bomb_by_declared_total_is_refused() -> None:
    data = changed(a_docx(), {"word/a.bin": bytes(range(256)) * 40})
    assert refused(data, "a.docx", Limits(max_unpacked=10_000)) == (
        "unpacked",
        "“a.docx”解压后为 26 KB，超过 10 KB 的上限。请删去多余内容后重新保存再上传。",
    )


def test_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    bomb = b"<a>" + b" " * 50_000_000
    data = bytearray(changed(a_docx(), {"word/a.xml": bomb}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.rfind(signature)
        data[at + offset : at + offset + 4] = struct.pack("<I", 1000)
        data[at + offset - 8 : at + offset - 4] = struct.pack("<I", zlib.crc32(bomb[:1000]))
    assert refused(bytes(data), "a.docx") == (
        "unpacked",
        "“a.docx”的实际大小超过其声明的大小，疑似压缩炸弹。请删去多余内容后重新保存再上传。",
    )


def test_too_many_entries_are_refused() -> None:
    data = changed(a_docx(), {f"word/{i}.xml": b"<a/>" for i in range(2000)})
    assert refused(data, "a.docx") == (
        "entries", "“a.docx”内含 2010 个条目，超过 2000 个的上限。请拆分后再上传。",
    )  # fmt: skip


def test_huge_file_is_refused() -> None:
    assert refused(b"x" * (20 * 1024 * 1024 + 1), "a.txt") == (
        "too-large", "“a.txt”大小为 20 MB，超过 20 MB 的上限。请删去图片等附件或拆分后再上传。",
    )  # fmt: skip


def test_path_out_of_the_package_is_refused() -> None:
    code, message = refused(changed(a_docx(), {"../../etc/x.xml": b"<a/>"}), "a.docx")
    assert code == "path"
    assert message == "“a.docx”内含越界的路径“../../etc/x.xml”，可能是恶意文件。请重新制作该文件。"


def test_macros_are_refused_by_part_by_type_and_by_suffix() -> None:
    assert refused(changed(a_docx(), {"word/vbaProject.bin": b"x"}), "a.docx") == MACRO
    with zipfile.ZipFile(io.BytesIO(a_docx())) as package:
        types = package.read("[Content_Types].xml")
    types = types.replace(b"wordprocessingml.document.main", b"ms-word.document.macroEnabled.main")
    assert refused(changed(a_docx(), {"[Content_Types].xml": types}), "a.docx") == MACRO
    assert refused(a_docx(), "a.docm")[0] == "macro"
    assert refused(ole("Workbook", "_VBA_PROJECT"), "a.xls")[0] == "macro"


def test_encrypted_files_are_refused() -> None:
    message = "“a.docx”已加密，需要密码才能打开。请取消密码保护后重新保存再上传。"
    assert refused(ole("EncryptionInfo", "EncryptedPackage"), "a.docx") == ("encrypted", message)
    data = bytearray(a_docx())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    assert refused(bytes(data), "a.docx") == ("encrypted", message)


@pytest.mark.parametrize("size", [5, 100, 2000, -1, -30])
def test_truncated_word_is_refused(size: int) -> None:
    assert refused(a_docx()[:size], "a.docx")[0] == "damaged"


def test_flipped_byte_is_refused() -> None:
    data = bytearray(a_docx())
    at = data.find(b"word/document.xml") + 60
    data[at] ^= 0xFF
    assert refused(bytes(data), "a.docx") == BROKEN


def test_empty_and_nonsense_files_are_refused() -> None:
    assert refused(b"", "a.docx") == (
        "empty", "“a.docx”是空文件（0 字节）。请检查文件是否保存成功后重新选择。",
    )  # fmt: skip
    assert refused(bytes(range(256)) * 9, "a.xlsx")[0] == "damaged"
    assert refused("不是表格".encode(), "a.docx") == (
        "damaged", f"“a.docx”的后缀是 .docx，内容却不是 Word 文档。{RESAVE}",
    )  # fmt: skip
    assert refused(changed(a_docx(), {}, without="[Content_Types].xml"), "a.docx")[0] == "damaged"
    assert refused(changed(a_docx(), {}, without="word/document.xml"), "a.docx") == BROKEN


def test_wrong_suffix_is_refused_and_named() -> None:
    assert refused(an_xlsx(), "a.docx") == (
        "wrong-suffix",
        "“a.docx”的后缀是 .docx，内容却是 Excel 工作簿，两者不符。请把后缀改为 .xlsx，或打开后另存为正确的格式再上传。",
    )
    assert refused(b"<html><table>", "a.xls")[0] == "wrong-suffix"
    assert refused(a_docx(), "a.doc")[0] == "wrong-suffix"
    assert refused(a_docx(), "a.exe")[0] == "unsupported"


@pytest.mark.parametrize(
    ("data", "name", "target"),
    [
        (ole("WordDocument"), "a.doc", ".docx"),
        (ole("WordDocument"), "a.wps", ".docx"),
        (ole("WordDocument"), "a.docx", ".docx"),
        (b"{\\rtf1 x}", "a.doc", ".docx"),
        (ole("Workbook"), "a.et", ".xlsx"),
        (b"MIME-Version: 1.0\r\n", "a.xls", ".xlsx"),
    ],
)
def test_legacy_formats_are_refused_with_advice(data: bytes, name: str, target: str) -> None:
    code, message = refused(data, name)
    assert code == "legacy"
    advice = f"请用 Word、Excel 或 WPS 打开后“另存为” {target} 再上传。"
    assert message.endswith(f"{advice}管理员安装 LibreOffice 后也可以直接上传。")


def test_broken_xls_is_refused_without_a_panic() -> None:
    assert refused(ole("Workbook").ljust(4096, b"\x01"), "a.xls")[0] == "damaged"


def test_excel_with_broken_parts_is_refused() -> None:
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"):
        assert refused(changed(an_xlsx(), {part: b"<broken"}), "a.xlsx")[0] == "damaged"
        assert refused(changed(an_xlsx(), {part: b""}), "a.xlsx")[0] == "damaged"


def test_content_decides_without_a_suffix() -> None:
    assert check_upload(a_docx(), "上传") == "docx"
    assert check_upload(an_xlsx(), "上传") == "xlsx"
    assert check_upload(write_html_page([GRID], "a").encode(), "上传") == "html"
    assert check_upload("项目".encode("gb18030"), "上传") == "txt"
    assert check_upload("<p>一段".encode(), "a.txt") == "txt"
    assert check_upload(b"%PDF-1.7", "a.PDF") == "pdf"


def test_openpyxl_workbook_is_let_in() -> None:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "x"  # type: ignore[index]
    book.save(out)
    assert len(open_document(out.getvalue(), "a.xlsx").blocks) == 1


def test_refusal_as_a_finding() -> None:
    with pytest.raises(FileRefused) as caught:
        check_upload(b"", "a.docx")
    found = refusal(caught.value)
    assert (found.level, found.code, found.file) == ("block", "file-empty", "a.docx")


# ---- walking --------------------------------------------------------------------------------


def packed(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def gbk_zip(name: str, content: bytes) -> bytes:
    """An archive as Chinese Windows makes it: GBK name, no flag."""
    raw = name.encode("gbk")
    data = bytearray(packed({"x" * len(raw): content}))
    return bytes(data.replace(b"x" * len(raw), raw))


def outcome(found: list[tuple[str, bytes | FileRefused]]) -> list[tuple[str, object]]:
    return [(n, c.code if isinstance(c, FileRefused) else c) for n, c in found]


def test_walk_folders_in_natural_order_without_system_files(tmp_path: Path) -> None:
    for name in ("附表10.txt", "附表2.txt", "~$附表2.docx", ".DS_Store", "__MACOSX/a", "子/a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"1")
    assert [n for n, _ in walk([tmp_path])] == ["子/a.txt", "附表2.txt", "附表10.txt"]


def test_walk_archives_in_archives(tmp_path: Path) -> None:
    inner = gbk_zip("绩效目标表.txt", b"inner")
    four = packed({"3.zip": packed({"4.zip": packed({"x.txt": b"x"})})})
    outer = {"__MACOSX/._a": b"", "a.txt": b"a", "内.zip": inner, "深.zip": four, "空.zip": packed({})}
    (tmp_path / "o.zip").write_bytes(packed(outer))
    assert outcome(list(walk([tmp_path / "o.zip"]))) == [
        ("o.zip/a.txt", b"a"),
        ("o.zip/内.zip/绩效目标表.txt", b"inner"),
        ("o.zip/深.zip/3.zip/4.zip", "depth"),
        ("o.zip/空.zip", "empty"),
    ]


def test_walk_refuses_one_by_one(tmp_path: Path) -> None:
    entries = {"../a.txt": b"1", "big.txt": b"2" * 200, "good.txt": b"3", "bad.zip": b"PK\x03\x04x"}
    (tmp_path / "o.zip").write_bytes(packed(entries))
    (tmp_path / "big.txt").write_bytes(b"4" * 5000)
    limits = Limits(max_bytes=1000)
    (tmp_path / "o2.zip").write_bytes(packed({"x.txt": b"5" * 900, "y.txt": b"6"}))
    found = outcome(list(walk([tmp_path / "o.zip", tmp_path / "big.txt", tmp_path / "none"], limits)))
    assert found == [
        ("o.zip/../a.txt", "path"),
        ("o.zip/bad.zip", "damaged"),
        ("o.zip/big.txt", b"2" * 200),
        ("o.zip/good.txt", b"3"),
        ("big.txt", "too-large"),
        ("none", "missing"),
    ]


def test_walk_bomb_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 10_000_000)
    (tmp_path / "o.zip").write_bytes(out.getvalue())
    assert outcome(list(walk([tmp_path / "o.zip"]))) == [("o.zip", "ratio")]


def test_walk_yields_office_files_whole(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(a_docx())
    assert outcome(list(walk([tmp_path]))) == [("a.docx", a_docx())]
