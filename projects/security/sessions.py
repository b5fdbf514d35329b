"""The session store: Django's database sessions with the person, address and times beside the data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from projects.models import Session

SINCE, SEEN, ADDRESS = "since", "seen", "address"
GATE = "gate"


class SessionStore(DatabaseStore):
    """``since`` and ``seen`` are seconds since 1970, ``gate`` what must be done before anything else."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.address = str(data.get(ADDRESS, ""))[:64]
        row.created_at, row.seen_at = _moment(data.get(SINCE)), _moment(data.get(SEEN))
        return row


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None


def end_sessions(user: AbstractBaseUser, *, but: str | None = None) -> int:
    """End the person's sessions, all but the one with the key ``but``; return how many there were."""
    found = Session.objects.filter(user_id=user.pk)
    return (found.exclude(session_key=but) if but else found).delete()[0]
