"""Files that are broken, locked or worse: a clear sentence each, and the rest of the batch goes on."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from projects.grids.files import FileRefused, open_document
from projects.grids.office import modernised
from projects.layouts import read_tables
from projects.tests.anyform.measure import compare
from projects.tests.anyform.paper import written
from projects.tests.anyform.test_papers import PAPERS

PDF = Path(__file__).parent / "pdf" / "central-2022.pdf"
OLD = Path(__file__).parent / "old"


def refused(data: bytes, name: str, **options: str) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        open_document(data, name, **options)  # type: ignore[arg-type]
    assert caught.value.message.startswith(f"“{name}”")
    return caught.value


def test_a_pdf_without_text_says_what_to_do() -> None:
    page = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    page += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    error = refused(page, "扫描.pdf")
    assert (error.code, "扫描件" in error.message, "原件" in error.message) == ("no-text", True, True)


@pytest.mark.parametrize("cut", [9, 200, 5000])
def test_half_a_pdf_is_damaged_or_without_text(cut: int) -> None:
    assert refused(PDF.read_bytes()[:cut], "a.pdf").code in ("damaged", "no-text")


def test_an_encrypted_pdf_asks_for_no_password() -> None:
    data = PDF.read_bytes()
    at = data.rindex(b"trailer")
    locked = b"<</Filter/Standard/V 1/R 2/P -4/O <%s>/U <%s>>>" % (b"41" * 32, b"42" * 32)
    data = data[:at] + data[at:].replace(b"<<", b"<</Encrypt " + locked, 1)
    assert refused(data, "a.pdf").code == "encrypted"


def test_without_libreoffice_an_old_file_comes_with_advice() -> None:
    error = refused(b"{\\rtf1 x}", "表.rtf", office="")
    assert (error.code, "LibreOffice" in error.message, "另存为" in error.message) == ("legacy", True, True)


def test_a_conversion_that_hangs_is_ended(tmp_path: Path) -> None:
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nsleep 60\n")
    program.chmod(0o755)
    old = FileRefused("x", code="legacy", target="docx")
    with pytest.raises(FileRefused) as caught:
        modernised(b"x", "a.doc", old, str(program), timeout=0.3)
    assert (caught.value.code, "已停止" in caught.value.message) == ("slow", True)


def test_a_conversion_that_fails_is_a_damaged_file(tmp_path: Path) -> None:
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    assert refused(b"{\\rtf1 x}", "a.rtf", office=str(program)).code == "damaged"


@pytest.mark.office
def test_old_files_are_read_through_libreoffice() -> None:
    paper, name = PAPERS["sichuan-2021"], "sichuan-2021.doc"
    reads = read_tables(open_document((OLD / name).read_bytes(), name))
    assert [cell for cell in compare(reads, paper.tables) if cell[1] != cell[2]] == []


def hostile() -> dict[str, bytes]:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"0" * 30_000_000)
        package.writestr("[Content_Types].xml", b"<Types/>")
    escape = io.BytesIO()
    with zipfile.ZipFile(escape, "w") as package:
        package.writestr("../../a.docx", b"x")
    laughs = io.BytesIO()
    with zipfile.ZipFile(laughs, "w") as package:
        package.writestr("[Content_Types].xml", b'<!DOCTYPE a [<!ENTITY b "c">]><Types>&b;</Types>')
    return {
        "bomb.docx": bomb.getvalue(), "escape.zip": escape.getvalue(), "laughs.docx": laughs.getvalue(),
        "empty.docx": b"", "wrong.xlsx": PDF.read_bytes(), "text.pdf": "不是 PDF".encode(), "macro.docm": b"PK\x03\x04",
        "broken.pdf": PDF.read_bytes()[:300],
    }  # fmt: skip


def test_the_rest_of_the_batch_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = PAPERS["central-2022"]
    (tmp_path / "in").mkdir()
    for name, data in {**hostile(), "good.docx": written(good, "docx")}.items():
        (tmp_path / "in" / name).write_bytes(data)
    readings = tmp_path / "readings.json"
    options = {"dry_run": True, "format": "json", "readings": str(readings), "issues": str(tmp_path / "issues.json")}
    with pytest.raises(CommandError, match="8 个文件"):
        call_command("import_tables", str(tmp_path / "in"), **options)
    [table] = json.loads(capsys.readouterr().out)
    assert table["project"]["name"] == "水文站网运行维护"
    assert sorted(table) == sorted(good_keys())
    [reading] = json.loads(readings.read_text("utf-8"))
    assert (reading["file"], reading["table"]) == ("good.docx", 1)
    assert {one["path"]: one["how"] for one in reading["fields"]}["project.name"] == "synonym"
    issues = json.loads((tmp_path / "issues.json").read_text("utf-8"))
    assert {one["file"] for one in issues if one["code"].startswith("file-")} >= set(hostile()) - {"escape.zip"}


def good_keys() -> list[str]:
    from projects.targettable import TargetTable

    return list(TargetTable().to_dict())
