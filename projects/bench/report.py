"""Tables of figures on the terminal: what was measured, how it compares, what is asked for, whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from projects.grids.text import text_width

MET, MISSED = "达标", "未达标"
_HEAD = ("做法 way", "数值", "倍数", "要求", "结论")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: ``need`` is the requirement in words, ``met`` its verdict (``None``: nothing is asked)."""

    label: str
    value: str
    ratio: float | None = None
    need: str = ""
    met: bool | None = None


def at_least(times: float, need: float) -> dict[str, object]:
    """Return ratio, requirement and verdict of something that has to be ``need`` times as fast."""
    return {"ratio": times, "need": f"≥ {need:g}×", "met": times >= need}


def at_most(times: float, need: float) -> dict[str, object]:
    """Return ratio, requirement and verdict of something that may take ``need`` times as long."""
    return {"ratio": times, "need": f"≤ {need:g}×", "met": times <= need}


@dataclass(slots=True)
class Report:
    """Where the figures go, and how a run is set: ``quick`` measures less often and smaller.

    ``postgres`` opens a PostgreSQL server and gives its address; it raises ``RuntimeError`` where there is none.
    """

    write: Callable[[str], object]
    postgres: Callable[[], AbstractContextManager[str]]
    quick: bool = False
    verdicts: list[tuple[str, bool]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def table(self, title: str, unit: str, rows: Sequence[Row]) -> None:
        """Print one table and keep its verdicts for the end."""
        lines = [(_HEAD[0], unit or _HEAD[1], *_HEAD[2:])]
        for row in rows:
            verdict = "" if row.met is None else (MET if row.met else MISSED)
            ratio = "" if row.ratio is None else f"{row.ratio:.2f}×" if row.ratio < 10 else f"{row.ratio:.0f}×"
            lines.append((row.label, row.value, ratio, row.need, verdict))
            if row.met is not None:
                self.verdicts.append((f"{title}：{row.label}", row.met))
        widths = [max(text_width(line[place]) for line in lines) for place in range(5)]
        rule = "─" * (sum(widths) + 8)
        self.write("")
        self.write(f"■ {title}")
        for number, line in enumerate(lines):
            cells = [_pad(text, widths[place], right=place in (1, 2)) for place, text in enumerate(line)]
            self.write("  ".join(cells).rstrip())
            if not number:
                self.write(rule)

    def note(self, text: str) -> None:
        """Print a remark under the last table."""
        self.write(f"  {text}")

    def missing(self, text: str) -> None:
        """Say loudly that something could not be measured here, now and once more at the end."""
        self.left_out.append(text)
        self.write("")
        self.write(f"!!! 未测 NOT MEASURED：{text}")

    def end(self) -> None:
        """Print how many requirements hold and which do not."""
        missed = [name for name, met in self.verdicts if not met]
        self.write("")
        self.write(f"═══ 要求 {len(self.verdicts)} 项，{MET} {len(self.verdicts) - len(missed)} 项 ═══")
        for name in missed:
            self.write(f"  {MISSED}：{name}")
        for text in self.left_out:
            self.write(f"  未测 NOT MEASURED：{text}")


def _pad(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - text_width(text))
    return blanks + text if right else text + blanks
