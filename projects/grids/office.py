"""Old formats (.doc, .wps, .rtf, .et …) through LibreOffice, where it is installed.

Each run has a profile of its own, a time limit and no more of our environment than it needs; a run that hangs is ended
with all it started. What comes out passes the same checks as an uploaded file.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from perfgoals.uploads import FileRefused, damaged, refuse, suffix_of

TIMEOUT = 60.0  # seconds
_FILTERS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML"}


def find_office() -> str:
    """Return LibreOffice's program, ``""`` where there is none."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def modernised(data: bytes, name: str, old: FileRefused, office: str, *, timeout: float = TIMEOUT) -> bytes:
    """Return the file as .docx or .xlsx (``old.target``). Raises :class:`FileRefused` with advice when that fails."""
    if not office:
        raise FileRefused(f"{old.message}管理员安装 LibreOffice 后也可以直接上传。", code=old.code, name=name) from old
    suffix = suffix_of(name)
    suffix = suffix if suffix in ("doc", "wps", "rtf", "dot", "et", "xls", "xml", "mht") else "doc"
    with tempfile.TemporaryDirectory(prefix="perfgoals-old-") as folder:
        place = Path(folder)
        source = place / f"document.{suffix}"
        source.write_bytes(data)
        made = place / "out" / f"document.{old.target}"
        command = [
            office, f"-env:UserInstallation={(place / 'profile').as_uri()}",
            "--headless", "--norestore", "--nolockcheck", "--nodefault",
            "--convert-to", _FILTERS[old.target], "--outdir", str(place / "out"), str(source),
        ]  # fmt: skip
        ended = _run(command, folder, timeout)
        if ended is None:
            raise refuse(
                name, "slow", f"转换超过 {timeout:g} 秒，已停止", f"请用 Word 或 WPS 打开后另存为 .{old.target} 再上传"
            )
        if ended or not made.is_file():
            raise damaged(name)
        return made.read_bytes()


def _run(command: list[str], folder: str, timeout: float) -> int | None:
    """Run the program and return its code, ``None`` when it took too long."""
    env = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL") if key in os.environ}
    process = subprocess.Popen(  # noqa: S603  a fixed program with names of our own
        command,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**env, "HOME": folder}, cwd=folder, start_new_session=True,
    )  # fmt: skip
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
