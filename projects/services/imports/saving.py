"""A confirmed reading becomes a form that is known: tables of it are read the same way from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from projects.layouts.corrections import Correction
from projects.layouts.saved import layout_from_reading
from projects.models import ImportTable, SavedReading, User
from projects.permissions import may_administer
from projects.selectors.forms import stored_layouts
from projects.services import audit
from projects.services.imports.correcting import Refused

if TYPE_CHECKING:
    from projects.layouts import ReadTable


def save_reading(*, user: User | Any, row: ImportTable, read: ReadTable, name: str) -> SavedReading:
    """Keep the form of ``read``, the reading of ``row`` with its corrections. Raises :class:`.correcting.Refused`.

    It holds for everybody, so it takes the administrator of all departments.
    """
    if why := may_administer(user, None):
        raise Refused(why)
    if read.table.layout:
        raise Refused("这种表样已经认得，不必另存")
    name = " ".join(name.split())[:120]
    if not name:
        raise Refused("请给这种表样起一个名称")
    listed = [*row.batch.options.get("readings", []), *row.file.readings]
    corrections = [Correction.from_dict(item) for item in listed]
    try:
        with transaction.atomic():
            made = SavedReading.objects.create(
                name=name, definition="", form=read.form[:120], user=user, user_name=audit.actor_label(user)
            )
            made.definition = layout_from_reading(read, ident=made.layout_id, name=name, corrections=corrections)
            made.save(update_fields=["definition"])
            audit.record("import.save_form", actor=user, obj=made)
    except ValueError as error:
        raise Refused(str(error)) from error
    except IntegrityError as error:
        raise Refused("这种表样已经另存过") from error
    stored_layouts.forget()
    return made
