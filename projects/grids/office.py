"""LibreOffice, where it is installed: old formats (.doc, .wps, .rtf, .et …) are read through it, PDF made with it.

Each run has a profile of its own, a time limit and no more of our environment than it needs; a run that hangs is ended
with all it started. An old file that comes out modern passes the same checks as an uploaded one.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from perfgoals.uploads import FileRefused, damaged, refuse, suffix_of

TIMEOUT = 60.0  # seconds
_FILTERS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML"}


class ConversionFailed(Exception):
    """LibreOffice ended without a file."""


def find_office(wanted: str = "") -> str:
    """Return LibreOffice's program, ``""`` where there is none; ``wanted`` names another than that in PATH."""
    return shutil.which(wanted or "soffice") or shutil.which("libreoffice") or ""


def modernised(data: bytes, name: str, old: FileRefused, office: str, *, timeout: float = TIMEOUT) -> bytes:
    """Return the file as .docx or .xlsx (``old.target``). Raises :class:`FileRefused` with advice when that fails."""
    if not office:
        raise FileRefused(f"{old.message}管理员安装 LibreOffice 后也可以直接上传。", code=old.code, name=name) from old
    suffix = suffix_of(name)
    suffix = suffix if suffix in ("doc", "wps", "rtf", "dot", "et", "xls", "xml", "mht") else "doc"
    try:
        return convert(office, data, suffix, _FILTERS[old.target], timeout=timeout)
    except TimeoutError:
        raise refuse(
            name, "slow", f"转换超过 {timeout:g} 秒，已停止", f"请用 Word 或 WPS 打开后另存为 .{old.target} 再上传"
        ) from None
    except ConversionFailed:
        raise damaged(name) from None


def convert(office: str, data: bytes, suffix: str, target: str, *, timeout: float, fonts: str = "") -> bytes:
    """Return one file converted, see :func:`convert_all`."""
    return convert_all(office, [data], suffix, target, timeout=timeout, fonts=fonts)[0]


def convert_all(
    office: str, files: Sequence[bytes], suffix: str, target: str, *, timeout: float, fonts: str = ""
) -> list[bytes]:
    """Return the files converted in one run: starting LibreOffice costs more than a short document does.

    ``target`` is its "suffix:filter", ``fonts`` a configuration of fonts. Raises :class:`TimeoutError` when all take
    longer than ``timeout`` seconds, :class:`ConversionFailed` when one of them does not come out.
    """
    with tempfile.TemporaryDirectory(prefix="perfgoals-office-") as folder:
        place = Path(folder)
        names = ["document", *(f"document{number}" for number in range(1, len(files)))]
        for name, data in zip(names, files, strict=True):
            (place / f"{name}.{suffix}").write_bytes(data)
        made = [place / "out" / f"{name}.{target.partition(':')[0]}" for name in names]
        command = [
            office, f"-env:UserInstallation={(place / 'profile').as_uri()}",
            "--headless", "--norestore", "--nolockcheck", "--nodefault",
            "--convert-to", target, "--outdir", str(place / "out"),
            *(str(place / f"{name}.{suffix}") for name in names),
        ]  # fmt: skip
        # Nothing of ours, least of all the secret key, is any of its business.
        env = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL") if key in os.environ} | {"HOME": folder}
        if fonts:
            (place / "fonts.conf").write_text(fonts, encoding="utf-8")
            env["FONTCONFIG_FILE"] = str(place / "fonts.conf")
        code = _run(command, env, timeout)
        if code or not all(file.is_file() for file in made):
            raise ConversionFailed(f"LibreOffice ended with {code} and left no file")
        return [file.read_bytes() for file in made]


def _run(command: list[str], env: dict[str, str], timeout: float) -> int:
    """Run the program and return its code. Raises :class:`TimeoutError`."""
    process = subprocess.Popen(  # noqa: S603  a fixed program with names of our own
        command,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=env, cwd=env["HOME"], start_new_session=True,
    )  # fmt: skip
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"LibreOffice took longer than {timeout:g} s") from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
