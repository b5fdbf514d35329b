"""Imports run one way: indicators and projects stand on perfgoals, projects on indicators, pure parts on nothing."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# Everything here works without a database and without Django.
PURE = [
    "perfgoals/uploads.py",
    "projects/grids",
    "projects/layouts",
    "projects/targettable.py",
    "projects/findings.py",
    "projects/diff.py",
    "projects/textdiff.py",
    "projects/checks.py",
    "indicators/targets.py",
    "indicators/checks.py",
]


def modules(place: str) -> list[Path]:
    path = ROOT / place
    found = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [file for file in found if "tests" not in file.relative_to(ROOT).parts]


def imported(file: Path) -> set[str]:
    """Full dotted names of what a module imports, relative imports resolved."""
    names: set[str] = set()
    package = list(file.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


def breaches(place: str, *forbidden: str) -> list[str]:
    return [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules(place)
        for name in sorted(imported(file))
        if any(name == bad or name.startswith(f"{bad}.") for bad in forbidden)
    ]


@pytest.mark.parametrize("place", PURE)
def test_pure_part_imports_no_framework_and_no_models(place: str) -> None:
    found = breaches(place, "django", "projects.models", "indicators.models", "perfgoals")
    assert [line for line in found if " imports perfgoals.uploads" not in line] == []


def test_indicators_never_import_projects() -> None:
    assert breaches("indicators", "projects") == []


def test_perfgoals_imports_neither_app() -> None:
    assert breaches("perfgoals", "projects", "indicators") == []


def test_models_know_nothing_of_what_uses_them() -> None:
    above = [f"projects.{name}" for name in ("services", "selectors", "forms", "tables", "views", "urls", "workflow")]
    assert breaches("projects/models", *above) == []


def test_services_and_selectors_know_no_pages() -> None:
    pages = [f"projects.{name}" for name in ("forms", "tables", "views", "urls")]
    assert breaches("projects/services", *pages, "django.http") == []
    assert breaches("projects/selectors", *pages, "django.http") == []


def test_the_site_never_imports_test_helpers() -> None:
    runtime = [file for place in ("indicators", "projects") for file in modules(place)]
    allowed = {"bench.py"}  # the benchmark starts its own database
    assert [f for f in runtime if f.name not in allowed and any("perfgoals.testing" in n for n in imported(f))] == []
