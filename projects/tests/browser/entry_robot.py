"""Somebody who fills in a form with the keyboard and nothing else, cell by cell as Tab leads on."""

from __future__ import annotations

from typing import Any

from projects.layouts import get_layout
from projects.layouts.editing import Draft
from projects.targettable import TargetTable

HERE = "document.activeElement.closest?.('[data-path]')?.dataset.path ?? ''"
CATEGORY = """(() => {
  const [list, uid] = document.activeElement.closest('[data-path]').dataset.path.split('/');
  const row = document.activeElement.closest('tr');
  const rows = [...row.parentNode.querySelectorAll('tr.gridrow')];
  const level = (leaf) => {
    for (let at = rows.indexOf(row); at >= 0; at -= 1) {
      const cell = rows[at].querySelector(`[data-path$="/${leaf}"]`);
      if (cell) return cell.textContent;
    }
    return '';
  };
  return [level('level1'), level('level2')];
})()"""


class Robot:
    """``wanted`` is the table that is to come out."""

    def __init__(self, page: Any, wanted: TargetTable) -> None:
        self.page, self.keys, self.wanted = page, page.keyboard, wanted
        layout = get_layout(wanted.layout)
        assert layout
        self.draft = Draft(wanted, layout, {})

    @property
    def here(self) -> str:
        return self.page.evaluate(HERE)

    def fill(self) -> None:
        """Go through all steps from the first cell of the first one."""
        steps = self.page.locator(".stepnav__list a").count() - 1
        for number in range(steps):
            if number:
                self.keys.press("Alt+PageDown")
            self._step()

    def _step(self) -> None:
        done: set[str] = set()
        while (path := self.here) and path not in done:
            done.add(path)
            rows = path.split("/")[0]
            if "/" in path and rows not in {item.split("/")[0] for item in done - {path} if "/" in item}:
                self._rows(rows)
                if not self.here or "/" in self.here:
                    break
                continue
            self.write(self.draft.text(path))
            self.keys.press("Tab")

    def write(self, text: str, *, in_row: bool = False) -> None:
        for number, line in enumerate(text.split("\n")):
            if number:
                self.keys.press("Alt+Enter" if in_row else "Enter")
            if line:
                self.keys.insert_text(line)

    def _rows(self, name: str) -> None:
        listed = getattr(self.wanted, name)
        columns = self._columns()
        for number, row in enumerate(listed):
            category = (getattr(row, "level1", ""), getattr(row, "level2", ""))
            while name.endswith("indicators") and tuple(self.page.evaluate(CATEGORY)) != category:
                self.keys.press("Alt+Delete")
            for at, leaf in enumerate(columns):
                if at:
                    self.keys.press("Tab")
                self.write(self._text(name, row, leaf), in_row=True)
            after = listed[number + 1] if number + 1 < len(listed) else None
            same = after and (getattr(after, "level1", ""), getattr(after, "level2", "")) == category
            if same:
                self.keys.press("Control+Enter")
            else:
                self.keys.press("Tab")
        while self.here.startswith(f"{name}/"):
            before = self.page.locator("tr.gridrow:visible").count()
            self.keys.press("Alt+Delete")
            assert self.page.locator("tr.gridrow:visible").count() < before
            if self.page.locator("tr.gridrow:visible").count() == len(listed):
                break

    def _columns(self) -> list[str]:
        cells = "[...document.activeElement.closest('tr').querySelectorAll('[data-in]')]"
        paths = self.page.evaluate(f"{cells}.map((node) => node.closest('[data-path]').dataset.path)")
        return [path.split("/")[2] for path in paths]

    def _text(self, name: str, row: Any, leaf: str) -> str:
        from projects.layouts.typed import shown

        return shown(f"{name}.{leaf}", getattr(row, leaf), self.draft.layout)
