"""Test documents as an office would make them: merged tables in Word, Excel, PDF by LibreOffice, or text."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from docx import Document as WordDocument
from openpyxl.styles import Border, Side

_SPAN = re.compile(r"\((\d+)x(\d+)\)$")


@dataclass(frozen=True)
class Box:
    """A cell with its place and spans."""

    text: str
    row: int
    col: int
    width: int = 1
    height: int = 1


@dataclass
class Sheet:
    """``rows``: cells between bars, ``(3x2)`` behind a text spans three columns and two rows, ``¶`` breaks a line."""

    above: list[str]
    rows: list[str]
    below: list[str] = field(default_factory=list)

    def boxes(self) -> tuple[list[Box], int]:
        taken: set[tuple[int, int]] = set()
        found: list[Box] = []
        for r, row in enumerate(self.rows):
            col = 0
            for piece in row.split("|"):
                piece = piece.strip()
                span = _SPAN.search(piece)
                width, height = (int(span[1]), int(span[2])) if span else (1, 1)
                text = (piece[: span.start()] if span else piece).strip().replace("¶", "\n")
                while (r, col) in taken:
                    col += 1
                found.append(Box(text, r, col, width, height))
                taken |= {(a, b) for a in range(r, r + height) for b in range(col, col + width)}
                col += width
        return found, max(b.col + b.width for b in found)


@dataclass
class Paper:
    """A document of one or several sheets, and what a careful person reads in it."""

    name: str
    sheets: list[Sheet]
    tables: list[dict[str, object]]
    kinds: tuple[str, ...] = ("docx", "xlsx")
    borders: bool = True


def rows_text(text: str) -> list[str]:
    return [line for line in text.strip("\n").split("\n") if line.strip()]


def as_docx(paper: Paper) -> bytes:
    document = WordDocument()
    for sheet in paper.sheets:
        for text in sheet.above:
            document.add_paragraph(text)
        boxes, columns = sheet.boxes()
        if sheet.rows:
            table = document.add_table(rows=len(sheet.rows), cols=columns)
            table.style = "Table Grid"
            for box in boxes:
                cell = table.cell(box.row, box.col)
                if box.width > 1 or box.height > 1:
                    cell = cell.merge(table.cell(box.row + box.height - 1, box.col + box.width - 1))
                cell.text = box.text
        for text in sheet.below:
            document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_xlsx(paper: Paper) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Sheet1"
    thin = Side(style="thin")
    at = 1
    for sheet in paper.sheets:
        boxes, columns = sheet.boxes()
        for text in sheet.above:
            left, _, right = text.partition("\t")
            page.cell(at, 1, left)
            if right:
                page.cell(at, columns, right)
            elif columns > 1:
                page.merge_cells(start_row=at, end_row=at, start_column=1, end_column=columns)
            at += 1
        for box in boxes:
            cell = page.cell(at + box.row, box.col + 1, _plain(box.text))
            if box.text.startswith("="):
                cell.data_type = "s"  # typed as text, no formula
        for box in boxes if paper.borders else ():
            for r in range(box.row, box.row + box.height):
                for c in range(box.col, box.col + box.width):
                    page.cell(at + r, c + 1).border = Border(left=thin, right=thin, top=thin, bottom=thin)
        for box in boxes:
            if box.width > 1 or box.height > 1:
                page.merge_cells(
                    start_row=at + box.row,
                    end_row=at + box.row + box.height - 1,
                    start_column=box.col + 1,
                    end_column=box.col + box.width,
                )
        at += len(sheet.rows)
        for text in sheet.below:
            page.cell(at, 1, text)
            at += 1
        at += 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _plain(text: str) -> object:
    """Numbers are numbers in a workbook, as people type them."""
    if re.fullmatch(r"\d+(\.\d+)?", text) and not (text.startswith("0") and len(text) > 1) and len(text) < 10:
        return float(text) if "." in text else int(text)
    return text


def as_txt(paper: Paper) -> bytes:
    """The text of a Word table saved as text: a tab between cells, nothing of the merges."""
    lines: list[str] = []
    for sheet in paper.sheets:
        lines += sheet.above
        boxes, columns = sheet.boxes()
        for r in range(len(sheet.rows)):
            cells = [""] * columns
            for box in boxes:
                if box.row == r:
                    cells[box.col] = box.text.replace("\n", " ")
            lines.append("\t".join(cells))
        lines += [*sheet.below, ""]
    return "\n".join(lines).encode()


def as_cells(paper: Paper) -> bytes:
    """A Word table as text extractors leave it: a tab before each cell, its end a line's, a blank line after a row."""
    lines: list[str] = []
    for sheet in paper.sheets:
        lines += [text for above in sheet.above for text in (*above.split("\t"), "")]
        boxes, _ = sheet.boxes()
        for r in range(len(sheet.rows)):
            here = sorted((b for b in boxes if b.row <= r < b.row + b.height), key=lambda b: b.col)
            lines += ["\t" + (box.text if box.row == r else "") for box in here]
            lines.append("")
        lines += [*sheet.below, ""]
    return "\n".join(lines).encode()


def as_stream(paper: Paper, blank: str = " ") -> bytes:
    """A web page saved as text: a paragraph per cell, ``blank`` for one without text, nothing where a row ends."""
    lines: list[str] = []
    for sheet in paper.sheets:
        for text in sheet.above:
            lines += [text, ""]
        boxes, _ = sheet.boxes()
        for box in sorted(boxes, key=lambda b: (b.row, b.col)):
            if box.text or blank:
                lines += [box.text or blank, ""]
        for text in sheet.below:
            lines += [text, ""]
    return "\n".join(lines).encode()


def as_pieces(paper: Paper) -> bytes:
    """As :func:`as_stream`, blank cells left out."""
    return as_stream(paper, "")


def as_bars(paper: Paper) -> bytes:
    """A web page saved as Markdown: each row its own cells, a bar more at its end for each column that was merged."""
    lines: list[str] = []
    for sheet in paper.sheets:
        lines += sheet.above
        boxes, columns = sheet.boxes()
        for r in range(len(sheet.rows)):
            here = [box.text.replace("\n", " ") for box in sorted(boxes, key=lambda b: b.col) if box.row == r]
            lines.append("".join(f"{text} | " for text in here) + "|" * (columns - len(here)))
        lines += [*sheet.below, ""]
    return "\n".join(lines).encode()


def as_barred_cells(paper: Paper) -> bytes:
    """As :func:`as_bars` with a cell to a line, a bar before each row."""
    lines: list[str] = []
    for sheet in paper.sheets:
        lines += sheet.above
        boxes, columns = sheet.boxes()
        for r in range(len(sheet.rows)):
            here = [box.text.replace("\n", " ") for box in sorted(boxes, key=lambda b: b.col) if box.row == r]
            lines += ["|", *(f"{text} |" if text else "|" for text in here)]
            if columns > len(here):
                lines.append("|" * (columns - len(here)))
        lines += [*sheet.below, ""]
    return "\n".join(lines).encode()


def as_pdf(paper: Paper, folder: Path) -> bytes:
    """LibreOffice's print of the Word file."""
    source = folder / "paper.docx"
    source.write_bytes(as_docx(paper))
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / "paper.pdf").read_bytes()


def written(paper: Paper, kind: str, folder: Path | None = None) -> bytes:
    if kind == "pdf":
        assert folder is not None
        return as_pdf(paper, folder)
    return WRITERS[kind](paper)


WRITERS = {
    "docx": as_docx,
    "xlsx": as_xlsx,
    "txt": as_txt,
    "cells": as_cells,
    "stream": as_stream,
    "pieces": as_pieces,
    "bars": as_bars,
    "barred": as_barred_cells,
}


def expect(
    name: str,
    department: str,
    goal: str,
    indicators: str,
    *,
    period_goal: str = "",
    period: str = "",
    **funding: str,
) -> dict[str, object]:
    """What stands in a table; indicators one a line: ``level 1/level 2/name/value``."""
    return {
        "project.name": name,
        "department.name": department,
        "goals.annual": goal.replace("¶", "\n"),
        "goals.period": period_goal,
        "indicators": [line.strip().split("/", 3) for line in rows_text(indicators)],
        "period_indicators": [line.strip().split("/", 3) for line in rows_text(period)],
    } | {f"funding.{key}": value for key, value in funding.items()}
