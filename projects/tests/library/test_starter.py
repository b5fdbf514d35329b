import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from indicators.categories import NATIONAL
from indicators.models import Category, LibraryIndicator
from projects.models import AuditEvent
from projects.services import library
from projects.services.library_starter import FIXTURE, as_json, drawn_from, load_starter
from projects.targettable import TargetTable

SAMPLES = sorted((Path(settings.BASE_DIR) / "fixtures" / "expected").glob("*.json"))


def test_the_fixture_is_what_the_samples_give() -> None:
    tables = [TargetTable.from_dict(item) for path in SAMPLES for item in json.loads(path.read_text(encoding="utf-8"))]
    assert FIXTURE.read_text(encoding="utf-8") == as_json(drawn_from(tables))


def test_the_command_prints_the_fixture(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("library", "--draw", *map(str, SAMPLES))
    assert capsys.readouterr().out == FIXTURE.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_loading_adds_what_is_missing_and_touches_nothing() -> None:
    entries = json.loads(FIXTURE.read_text(encoding="utf-8"))
    assert load_starter() == len(entries) == LibraryIndicator.objects.count()
    assert AuditEvent.objects.get().after == {"来源": "样例指标", "新增": len(entries)}
    changed = LibraryIndicator.objects.get(name="优抚对象满意度")
    changed.state = "retired"
    changed.save()
    assert load_starter() == 0
    assert LibraryIndicator.objects.get(name="优抚对象满意度").state == "retired"
    assert [library.faults(row) for row in LibraryIndicator.objects.all() if library.faults(row)] == []


@pytest.mark.django_db
def test_every_national_category_is_explained() -> None:
    explained = dict(Category.objects.values_list("code", "explanation"))
    assert set(NATIONAL) < set(explained)
    assert [code for code, text in explained.items() if not text] == []
