from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.models import SearchText, TargetTable
from projects.searchtext import grams, needed_grams, normalise, terms
from projects.selectors import search
from projects.selectors.search import search_tables
from projects.selectors.tables import CAP, Totals, totals
from projects.store import save_tables
from projects.targettable import Indicator
from projects.tests.generated import table


def found(text: str) -> list[str]:
    return list(search_tables(TargetTable.objects.order_by("id"), text).values_list("project_code", flat=True))


@pytest.fixture
def stored(db: None) -> None:
    first, second, third = table(1), table(2), table(3)
    first.project.name = "社区网格 管理（一期）"
    second.indicators = [Indicator(name="Wi-Fi 覆盖率", value="≥95%")]
    third.project.name = "100%覆盖_养老ＡＢ"
    save_tables([first, second, third])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("网格", ["P0001"]),
        ("网格管理", ["P0001"]),
        ("管", ["P0001"]),
        ("（一期）", ["P0001"]),
        ("(一", ["P0001"]),
        ("管理 社区", ["P0001"]),
        ("管理 养老", []),
        ("覆盖", ["P0002", "P0003"]),
        ("wi-fi", ["P0002"]),
        ("ab", ["P0003"]),
        ("%", ["P0001", "P0002", "P0003"]),
        ("0%覆", ["P0003"]),
        ("盖_养", ["P0003"]),
        ("盖x养", []),
        ("p0002", ["P0002"]),
        ("退役军人", ["P0001", "P0002", "P0003"]),
        ('"', []),
        ('a" OR "覆盖', []),
        ("'; DROP TABLE x", []),
        ("", ["P0001", "P0002", "P0003"]),
        ("\0网格", ["P0001"]),
    ],
)
@pytest.mark.parametrize("few", [0, 1, 2000])
@pytest.mark.parametrize("many", [0, 20_000])
def test_search_finds_exactly_the_texts_that_contain_it(
    stored: None, monkeypatch: pytest.MonkeyPatch, text: str, codes: list[str], few: int, many: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search, "MANY", many)
    assert found(text) == codes


def test_index_follows_updates_and_deletions(stored: None) -> None:
    changed = table(1)
    changed.project.name = "绿化养护"
    save_tables([changed])
    assert (found("网格"), found("绿化")) == ([], ["P0001"])
    TargetTable.objects.filter(project_code="P0001").delete()
    assert found("绿化") == []
    assert SearchText.objects.count() == 2


@given(st.text(max_size=20), st.text(max_size=5), st.text(max_size=20))
def test_grams_of_a_term_are_grams_of_every_text_with_it(before: str, term: str, after: str) -> None:
    term = normalise(term)
    assert set(needed_grams(term)) <= set(grams(before + term + after))


def test_terms_split_at_blanks_of_any_width() -> None:
    assert terms("  网格　管理\tＡb ") == ["网格", "管理", "ab"]
    assert needed_grams("网格管理") == ["网格", "格管", "管理"]
    assert needed_grams("a-中") == ["a", "中"]


def test_totals_exact_and_capped(stored: None) -> None:
    assert totals(TargetTable.objects.all()) == Totals(3, Decimal("600000.00"))
    assert totals(TargetTable.objects.all(), cap=CAP) == Totals(3, Decimal("600000.00"))
    assert totals(TargetTable.objects.all(), cap=2) == Totals(2, None, capped=True)
