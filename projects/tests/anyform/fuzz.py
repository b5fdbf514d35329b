"""Readers and meaning on files that were damaged by chance: nothing may crash, hang or eat memory.

``python -m projects.tests.anyform.fuzz 20000 1`` runs that many cases from that seed in a process with a memory limit
and prints what came of them; the test runs a small number. A case is repeated by its number alone.
"""

from __future__ import annotations

import io
import random
import resource
import signal
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType

from perfgoals.uploads import FileRefused
from projects.grids.files import open_document
from projects.grids.grid import Cell, Document, Grid, Row
from projects.layouts import all_layouts, read_tables, render
from projects.tests.anyform import papers_one, papers_three, papers_two
from projects.tests.anyform.paper import written

SECONDS = 20  # of one case
MEMORY = 1536 << 20  # address space of the process
ROOT = Path(__file__).resolve().parents[3]
ODD = (
    "", "项目名称", "指标值", "一级指标", "≥95%", "产出指标", "数量指标", "合计", "1" * 400, "：", "资金总额（万元）",
    "\ud800", "\x00", "=1+1", "9" * 40, "年度绩效目标", "（" * 30, "<p>", "a|b", "{x}", "２０２４年", "-", "、" * 200,
)  # fmt: skip


@cache
def seeds() -> list[tuple[str, bytes]]:
    """The real files: every paper in each of its formats, the printed ones, the samples, an old Excel list."""
    found = []
    for paper in (*papers_one.PAPERS, *papers_two.PAPERS, *papers_three.PAPERS):
        found += [(f"{paper.name}.{kind}", written(paper, kind)) for kind in paper.kinds if kind != "pdf"]
    found += [(path.name, path.read_bytes()) for path in sorted((Path(__file__).parent / "pdf").glob("*.pdf"))]
    found += [(path.name, path.read_bytes()) for path in sorted((ROOT / "fixtures" / "samples").glob("*.txt"))]
    return found


@cache
def documents() -> list[Document]:
    return [open_document(data, name) for name, data in seeds() if not name.startswith("002_")]


def bytes_changed(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut, double or replace some stretch."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5, 30])):
        at = chance.randrange(len(changed) or 1)
        what = chance.randrange(6)
        if what == 0 and changed:
            changed[at] = chance.randrange(256)
        elif what == 1:
            del changed[at : at + chance.choice([1, 7, 300, 5000])]
        elif what == 2:
            changed[at:at] = changed[at : at + chance.choice([1, 16, 900])]
        elif what == 3:
            changed[at:at] = bytes(chance.randrange(256) for _ in range(chance.choice([1, 4, 64])))
        elif what == 4:
            changed[at:at] = chance.choice(ODD).encode("utf-8", "surrogatepass")
        else:
            del changed[chance.randrange(len(changed) or 1) :]
    return bytes(changed)


def package_changed(data: bytes, chance: random.Random) -> bytes:
    """Change one part of a .docx or .xlsx, so that the package itself stays whole."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = chance.choice([n for n in names if n.endswith((".xml", ".rels"))])
        if chance.random() < 0.6:
            chosen = next((n for n in names if n.endswith(("document.xml", "sheet1.xml"))), chosen)
        for name in names:
            part = old.read(name)
            if name == chosen:
                part = text_changed(part, chance) if chance.random() < 0.7 else bytes_changed(part, chance)
            if name != chosen or chance.random() < 0.97:
                new.writestr(name, part)
    return out.getvalue()


def text_changed(part: bytes, chance: random.Random) -> bytes:
    """Change numbers, elements and texts of an XML part, mostly keeping it well-formed."""
    pieces = part.decode("utf-8", "replace").split("<")
    for _ in range(chance.choice([1, 3, 10])):
        at = chance.randrange(len(pieces))
        what = chance.randrange(4)
        if what == 0:
            pieces[at] = "".join(chance.choice("0123456789") if c.isdigit() else c for c in pieces[at])
        elif what == 1:
            other = chance.randrange(len(pieces))
            pieces[at], pieces[other] = pieces[other], pieces[at]
        elif what == 2 and ">" in pieces[at]:
            pieces[at] = pieces[at].partition(">")[0] + ">" + chance.choice(ODD).replace("<", "").replace("\x00", "")
        else:
            pieces[at] = pieces[at].replace('"1"', f'"{chance.choice([0, 2, 99, 16384, 10**9, -1])}"')
    return "<".join(pieces).encode("utf-8", "replace")


def document_changed(document: Document, chance: random.Random) -> Document:
    """Shuffle, drop and overlap cells as a bad reader would: whatever a grid can hold."""
    blocks = []
    for block in document.blocks:
        if not isinstance(block, Grid) or chance.random() < 0.2:
            blocks.append(block)
            continue
        rows = [
            Row([_cell_changed(cell, chance) for cell in row.cells if chance.random() > 0.03]) for row in block.rows
        ]
        for _ in range(chance.choice([0, 1, 3])):
            if rows:
                _rows_changed(rows, chance)
        blocks.append(Grid(rows, block.widths, block.part))
    return Document(blocks, document.name, document.title)


def _rows_changed(rows: list[Row], chance: random.Random) -> None:
    at, what = chance.randrange(len(rows)), chance.randrange(3)
    if what == 0:
        del rows[at]
    elif what == 1:
        rows.insert(at, rows[at])
    else:
        chance.shuffle(rows)


def _cell_changed(cell: Cell, chance: random.Random) -> Cell:
    if chance.random() > 0.06:
        return cell
    text = chance.choice([cell.text, chance.choice(ODD), cell.text * 2, cell.text[:2]])
    col = chance.choice([cell.col, 0, cell.col + 1, 40])
    return Cell(text, col, chance.choice([1, 1, 2, 9, cell.colspan]), chance.choice([1, 1, 3, 70]), origin=cell.origin)


def one(number: int) -> str:
    """Run a case and return what came of it; raises when a reader does anything but read or refuse."""
    chance = random.Random(number)
    if chance.random() < 0.4:
        changed = document_changed(chance.choice(documents()), chance)
        reads = read_tables(changed)
    else:
        weights = [1 if name.endswith(".pdf") or name.startswith("002_") else 6 for name, _ in seeds()]
        [(name, data)] = chance.choices(seeds(), weights)
        packed = name.endswith(("docx", "xlsx"))
        data = (package_changed if packed and chance.random() < 0.75 else bytes_changed)(data, chance)
        try:
            reads = read_tables(open_document(data, name, office=""))
        except FileRefused as error:
            return f"refused {error.code}" if error.message.startswith("“") else "refused without a name"
    for read in reads:
        read.table.to_dict()
        read.reading()
        assert all(0 <= bound.sure <= 1 for bound in read.bound)
        if number % 50 == 0:
            render(read.table, next(form for form in all_layouts() if form.kind == read.table.kind))
    return "read" if reads else "no table"


def _too_long(signum: int, frame: FrameType | None) -> None:
    raise TimeoutError


def run(
    count: int, first: int, tell: Callable[[str], None] = lambda line: None
) -> tuple[Counter[str], list[str], float]:
    """Run cases; return what came of them, those that failed, and the longest time of one in seconds."""
    found: Counter[str] = Counter()
    failed: list[str] = []
    longest = 0.0
    documents()  # made before any clock runs
    before = signal.signal(signal.SIGALRM, _too_long)
    try:
        for number in range(first, first + count):
            began = time.perf_counter()
            signal.alarm(SECONDS)
            try:
                found[one(number)] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                failed.append(f"{number}: {type(error).__name__}: {error}"[:300])
                tell(failed[-1])
            finally:
                signal.alarm(0)
            longest = max(longest, time.perf_counter() - began)
            if (number - first) % 1000 == 999:
                tell(f"{number - first + 1} {dict(found)} longest {longest:.1f} s")
    finally:
        signal.signal(signal.SIGALRM, before)
    return found, failed, longest


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    out = sys.stdout
    result = run(int(sys.argv[1]), int(sys.argv[2]), lambda line: print(line, flush=True))  # noqa: T201
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    out.write(f"{dict(result[0])}\n{len(result[1])} failed, longest {result[2]:.1f} s, peak {peak} MiB\n")
