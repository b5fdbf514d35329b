"""Files, folders, archives and archives in archives as one stream of named bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from perfgoals.uploads import (
    DEFAULT_LIMITS,
    FileRefused,
    Limits,
    check_entries,
    damaged,
    encrypted,
    refuse,
    suffix_of,
    too_large,
    unsafe_path,
)
from projects.grids.text import clean_text, natural_key

MAX_DEPTH = 3
_SKIPPED = {".ds_store", "thumbs.db", "desktop.ini", "__macosx"}

Item = tuple[str, bytes | FileRefused]


def walk(paths: Iterable[str | Path], limits: Limits = DEFAULT_LIMITS) -> Iterator[Item]:
    """Yield ``(display name, content or refusal)`` of every file under ``paths``.

    Folders are walked in natural order, links inside them are not followed; ``.zip`` archives are
    opened up to three deep and named ``outer.zip/inner.docx``. System and lock files are skipped.
    One file at a time is held in memory.
    """
    for path in map(Path, paths):
        if path.is_dir():
            files = [f for f in path.rglob("*") if f.is_file() and not f.is_symlink()]
            named = [(f.relative_to(path).as_posix(), f) for f in files]
            for shown, file in sorted(named, key=lambda item: _path_key(item[0])):
                if not _skipped(shown):
                    yield from _file(file, shown, limits)
        else:
            yield from _file(path, path.name, limits)


def unpacked(data: bytes, shown: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Item]:
    """Yield what :func:`walk` yields, of one file that is in memory already."""
    yield from _item(data, clean_text(shown), limits, _Budget(limits), 1)


def _path_key(path: str) -> list[list[tuple[int, int, str]]]:
    return [natural_key(part) for part in path.split("/")]


def _skipped(path: str) -> bool:
    return any(part.lower() in _SKIPPED or part.startswith(("~$", "._", ".~")) for part in path.split("/"))


def _file(path: Path, shown: str, limits: Limits) -> Iterator[Item]:
    shown = clean_text(shown)
    try:
        size = path.stat().st_size
        if size > limits.max_bytes:
            yield shown, too_large(shown, size, limits)
            return
        data = path.read_bytes()
    except FileNotFoundError:
        yield shown, refuse(shown, "missing", "不存在", "请检查路径")
        return
    except OSError as error:
        reason = error.strerror or str(error)
        yield shown, refuse(shown, "unreadable", f"无法读取（{reason}）", "请检查文件权限")
        return
    yield from _item(data, shown, limits, _Budget(limits), 1)


class _Budget:
    """What one outermost archive may still unpack, all archives inside it together."""

    def __init__(self, limits: Limits) -> None:
        self.bytes = limits.max_unpacked
        self.entries = limits.max_entries


def _item(data: bytes, shown: str, limits: Limits, budget: _Budget, depth: int) -> Iterator[Item]:
    if suffix_of(shown) != "zip" or not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield shown, data
        return
    if depth > MAX_DEPTH:
        reason = f"压缩包嵌套超过 {MAX_DEPTH} 层"
        yield shown, refuse(shown, "depth", reason, "请解压后再导入")
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
        _check(entries, shown, limits, budget)
    except FileRefused as error:
        yield shown, error
        return
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        yield shown, damaged(shown)
        return
    named = [(entry_name(info), info) for info in entries if not info.is_dir()]
    found = [item for item in named if not _skipped(item[0])]
    if not found:
        yield shown, refuse(shown, "empty", "是空压缩包", "请检查后重新压缩")
    for inner, info in sorted(found, key=lambda item: _path_key(item[0])):
        name = f"{shown}/{inner}"
        content = _unpack(archive, info, name, limits, budget)
        if isinstance(content, FileRefused):
            yield name, content
        else:
            yield from _item(content, name, limits, budget, depth + 1)


def _check(entries: list[zipfile.ZipInfo], shown: str, limits: Limits, budget: _Budget) -> None:
    """The archive as a whole; single entries with bad paths or passwords are refused one by one."""
    budget.entries -= len(entries)
    if budget.entries < 0:
        reason = f"内含的文件超过 {limits.max_entries} 个的上限"
        raise refuse(shown, "entries", reason, "请拆分后再导入")
    if entries and all(info.flag_bits & 0x1 for info in entries if not info.is_dir()):
        raise encrypted(shown)
    plain = [e for e in entries if not e.flag_bits & 0x1 and not unsafe_path(e.filename)]
    check_entries(plain, shown, limits)


def entry_name(info: zipfile.ZipInfo) -> str:
    """The name of an entry, decoded: Chinese Windows writes GBK without saying so."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            return clean_text(name.replace("\\", "/"))
        for coding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(coding)
                break
            except UnicodeDecodeError:
                continue
    return clean_text(name.replace("\\", "/"))


def _unpack(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limits: Limits, budget: _Budget
) -> bytes | FileRefused:
    if unsafe_path(info.filename) or unsafe_path(entry_name(info)):
        return refuse(name, "path", "的路径越出压缩包，可能是恶意文件", "请重新压缩后再导入")
    if info.flag_bits & 0x1:
        return encrypted(name)
    if info.file_size > limits.max_bytes:
        return too_large(name, info.file_size, limits)
    ceiling = min(limits.max_bytes, budget.bytes)
    try:
        with archive.open(info) as stream:
            data = stream.read(ceiling + 1)
            while len(data) <= ceiling and (more := stream.read(ceiling + 1 - len(data))):
                data += more
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, zlib.error):
        return damaged(name)
    if len(data) > ceiling:
        return refuse(name, "unpacked", "解压后超过上限", "请拆分后再导入")
    budget.bytes -= len(data)
    return data
