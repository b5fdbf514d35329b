"""An administrator, a small district, and files to import."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from projects.models import Department, ImportBatch, Role, User
from projects.services.imports import batches
from projects.targettable import DepartmentRef, TargetTable
from projects.tests import office
from projects.tests.generated import table

SAMPLES = Path(settings.BASE_DIR) / "fixtures" / "samples"
SAMPLE_DEPARTMENTS = (
    "秦皇岛市山海关区退役军人事务局本级",
    "秦皇岛市山海关区军队离休退休干部休养所",
    "深圳市龙华区退役军人事务局",
    "深圳市龙华区社区网格管理中心",
)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def district(db: None) -> dict[str, Department]:
    top = Department.objects.create(code="1", name="某区")
    bureau = Department.objects.create(code="11", name="财政局", parent=top)
    return {
        "top": top,
        "bureau": bureau,
        "office": Department.objects.create(code="111", name="国库处", parent=bureau),
        "health": Department.objects.create(code="12", name="卫生健康局", parent=top),
        "foreign": Department.objects.create(code="2", name="外区财政局"),
    }


@pytest.fixture
def admin(district: dict[str, Department]) -> User:
    return office.person("admin", (Role.ADMINISTRATOR, None))


@pytest.fixture
def local(district: dict[str, Department]) -> User:
    """Administers the bureau and what is below it."""
    return office.person("local", (Role.ADMINISTRATOR, district["bureau"]))


def made(number: int, department: Department | str, *, year: int = 2027, **changes: Any) -> TargetTable:
    ref = (
        DepartmentRef("", department)
        if isinstance(department, str)
        else DepartmentRef(department.code, department.name)
    )
    return table(number, fiscal_year=year, department=ref, **changes)


def as_file(*tables: TargetTable) -> bytes:
    """A Word book as the system itself writes it."""
    from projects.services.exporting import export_bytes

    return bytes(export_bytes(list(tables), format="docx"))


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


def as_json(*tables: TargetTable) -> bytes:
    return json.dumps([item.to_dict() for item in tables], ensure_ascii=False).encode()


Upload = Callable[..., ImportBatch]


@pytest.fixture
def upload(admin: User) -> Upload:
    """Put files into a batch; they are read at once."""

    def build(files: dict[str, bytes], user: User = admin, department: Department | None = None) -> ImportBatch:
        batch = batches.begin(user=user, department=department)
        for name, data in files.items():
            batches.add_file(user=user, batch=batch, name=name, data=data)
        return ImportBatch.objects.get(pk=batch.pk)

    return build
