"""What a file from outside must pass before anyone parses it. Pure Python, no Django.

The checks look at the bytes, not at what the file says of itself: sizes are measured by unpacking
with a ceiling, XML parts may not declare a document type, and the suffix has to agree with the
content. A refusal is a sentence for the person who chose the file: what, why, and what to do.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

DOCX = "docx"
XLSX = "xlsx"
XLS = "xls"
HTML = "html"
TXT = "txt"
PDF = "pdf"
ZIP = "zip"
KIND_NAMES = {
    DOCX: "Word 文档",
    XLSX: "Excel 工作簿",
    XLS: "Excel 97-2003 工作簿",
    HTML: "网页（HTML）",
    TXT: "纯文本",
    PDF: "PDF 文件",
    ZIP: "压缩包",
}
SUFFIX_KINDS = {
    "docx": DOCX, "xlsx": XLSX, "xls": XLS, "html": HTML, "htm": HTML, "txt": TXT, "pdf": PDF,
    "zip": ZIP,
}  # fmt: skip
MACRO_SUFFIXES = {"docm", "dotm", "xlsm", "xltm", "xlam", "pptm"}
LEGACY_SUFFIXES = {"doc": ".docx", "wps": ".docx", "rtf": ".docx", "dot": ".docx", "et": ".xlsx"}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 1 << 16
_CHUNK = 1 << 16
_RATIO_FLOOR = 1 << 20
_ENCODINGS = {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "gbk", "gb2312", "gb18030"}
_ENCODINGS |= {"iso-8859-1", "windows-1252"}
_DECLARED = re.compile(r"""encoding\s*=\s*["']([^"']*)""")


class FileRefused(ValueError):
    """A file that is not read. The message names file, reason and remedy; ``code`` is stable.

    ``target``: of a file in an old format (code ``legacy``), the format that it has to be saved in.
    """

    def __init__(self, message: str, *, code: str = "refused", name: str = "", target: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.name = name
        self.target = target


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings for one uploaded file; sizes in bytes."""

    max_bytes: int = 20 * 1024 * 1024
    max_entries: int = 2000
    max_unpacked: int = 200 * 1024 * 1024
    max_ratio: int = 100


DEFAULT_LIMITS = Limits()


def refuse(name: str, code: str, reason: str, remedy: str = "") -> FileRefused:
    """Build the refusal of the file ``name``: “name”reason。remedy。"""
    text = f"“{name}”{reason}。" + (f"{remedy}。" if remedy else "")
    return FileRefused(text, code=code, name=name)


def suffix_of(name: str) -> str:
    """Lower-case suffix of a file name without the dot."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return base.rsplit(".", 1)[1].lower() if "." in base.lstrip(".") else ""


def check_upload(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """Return the kind of the file by its content, or raise :class:`FileRefused`.

    Kinds: ``docx xlsx xls html txt pdf zip``. Nothing is parsed beyond container headers and the
    prolog of XML parts, but every packed entry is unpacked once, in small pieces, to measure it.
    """
    if not data:
        raise refuse(name, "empty", "是空文件（0 字节）", "请检查文件是否保存成功后重新选择")
    if len(data) > limits.max_bytes:
        raise too_large(name, len(data), limits)
    suffix = suffix_of(name)
    if suffix in MACRO_SUFFIXES:
        raise _macro(name)
    kind = _kind_of(data, name, limits)
    if {kind, SUFFIX_KINDS.get(suffix)} == {TXT, HTML}:
        kind = SUFFIX_KINDS[suffix]  # text may begin with a tag, a page with text
    _check_suffix(name, suffix, kind)
    return kind


def too_large(name: str, size: int, limits: Limits) -> FileRefused:
    """The refusal of a file of ``size`` bytes."""
    reason = f"大小为 {_megabytes(size)}，超过 {_megabytes(limits.max_bytes)} 的上限"
    return refuse(name, "too-large", reason, "请删去图片等附件或拆分后再上传")


def damaged(name: str, what: str = "已损坏或不完整，无法打开") -> FileRefused:
    """The refusal of a file that cannot be opened."""
    remedy = "请用 Word、Excel 或 WPS 打开，确认内容后另存为 .docx 或 .xlsx 再上传"
    return refuse(name, "damaged", what, remedy)


def encrypted(name: str) -> FileRefused:
    """The refusal of a file that needs a password."""
    return refuse(name, "encrypted", "已加密，需要密码才能打开", "请取消密码保护后重新保存再上传")


def _macro(name: str) -> FileRefused:
    remedy = "请另存为不含宏的 .docx 或 .xlsx 再上传"
    return refuse(name, "macro", "含有宏（VBA 程序），出于安全不予读取", remedy)


def _legacy(name: str, what: str, target: str) -> FileRefused:
    remedy = f"请用 Word、Excel 或 WPS 打开后“另存为” {target} 再上传"
    message = refuse(name, "legacy", f"是旧格式（{what}），不能直接读取", remedy).message
    return FileRefused(message, code="legacy", name=name, target=target.lstrip("."))


def _megabytes(size: int) -> str:
    if size < 1 << 20:
        return f"{(size + 1023) // 1024} KB"
    return f"{size / 1048576:.1f} MB".replace(".0 MB", " MB")


def _check_suffix(name: str, suffix: str, kind: str) -> None:
    if not suffix:
        return
    expected = SUFFIX_KINDS.get(suffix)
    if expected == kind:
        return
    if expected is None and suffix not in LEGACY_SUFFIXES:
        remedy = "可以上传 .docx、.xlsx、.xls、.pdf（有文字的）、.html、.txt 文件或它们的 .zip 压缩包"
        raise refuse(name, "unsupported", f"是不支持的文件类型（.{suffix}）", remedy)
    if kind == TXT and expected in (DOCX, XLSX, XLS, PDF, ZIP):
        raise damaged(name, f"的后缀是 .{suffix}，内容却不是 {KIND_NAMES[expected]}")
    remedy = f"请把后缀改为 .{kind}，或打开后另存为正确的格式再上传"
    reason = f"的后缀是 .{suffix}，内容却是 {KIND_NAMES[kind]}，两者不符"
    raise refuse(name, "wrong-suffix", reason, remedy)


def _kind_of(data: bytes, name: str, limits: Limits) -> str:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _check_zip(data, name, limits)
    if data.startswith(_OLE):
        return _check_ole(data, name)
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"{\\rtf"):
        raise _legacy(name, "RTF", ".docx")
    return _check_text(data, name)


def _check_text(data: bytes, name: str) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in data and not wide:
        if suffix_of(name) in SUFFIX_KINDS:
            raise damaged(name)
        raise refuse(name, "unsupported", "不是可以识别的表格文件", "请上传 .docx 或 .xlsx 文件")
    head = data[:_HEAD].decode("utf-16" if wide else "utf-8", "ignore").lstrip("\ufeff \t\r\n")
    lowered = head[:4096].lower()
    if head.startswith("MIME-Version:") or 'progid="excel.sheet"' in lowered:
        raise _legacy(name, "单文件网页或 XML 表格", ".xlsx")
    if 'progid="word.document"' in lowered:
        raise _legacy(name, "Word XML", ".docx")
    if not lowered.startswith("<"):
        return TXT
    if "<!entity" in head.lower():
        raise _doctype(name)
    markup = re.search(r"<(!doctype\s+html|html|head|body|table|meta|div|h[1-6]|p)\b", lowered)
    return HTML if markup else TXT


def _check_ole(data: bytes, name: str) -> str:
    """Tell OLE files apart by the names in their directory (128-byte aligned UTF-16 entries)."""
    if _ole_has(data, "EncryptedPackage") or _ole_has(data, "EncryptionInfo"):
        raise encrypted(name)
    if _ole_has(data, "WordDocument"):
        if _ole_has(data, "_VBA_PROJECT") or _ole_has(data, "Macros"):
            raise _macro(name)
        raise _legacy(name, "Word 97-2003 或 WPS 文档", ".docx")
    if _ole_has(data, "Workbook") or _ole_has(data, "Book"):
        if _ole_has(data, "_VBA_PROJECT"):
            raise _macro(name)
        if suffix_of(name) == "et":
            raise _legacy(name, "WPS 表格", ".xlsx")
        return XLS
    raise damaged(name)


def _ole_has(data: bytes, entry: str) -> bool:
    needle = entry.encode("utf-16-le") + b"\x00\x00"
    at = data.find(needle)
    while at >= 0:
        if at % 128 == 0:
            return True
        at = data.find(needle, at + 1)
    return False


# ---- zip containers -------------------------------------------------------------------------


def _check_zip(data: bytes, name: str, limits: Limits) -> str:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise damaged(name) from error
    check_entries(entries, name, limits)
    types = b""
    for info in entries:
        head = _measure(data, info, name, keep=len(types) == 0)
        _check_prolog(head, name)
        if info.filename == "[Content_Types].xml":
            types = head
    return _package_kind(types, {info.filename for info in entries}, name)


def check_entries(entries: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    """Refuse a container by what its directory says: count, names, sizes, encryption."""
    if len(entries) > limits.max_entries:
        reason = f"内含 {len(entries)} 个条目，超过 {limits.max_entries} 个的上限"
        raise refuse(name, "entries", reason, "请拆分后再上传")
    total = 0
    seen: set[str] = set()
    for info in entries:
        if info.flag_bits & 0x1:
            raise encrypted(name)
        if unsafe_path(info.filename):
            raise refuse(name, "path", f"内含越界的路径“{info.filename}”，可能是恶意文件",
                         "请重新制作该文件")  # fmt: skip
        if info.filename in seen:
            raise damaged(name, f"内有重名的条目“{info.filename}”")
        seen.add(info.filename)
        total += info.file_size
        packed = max(info.compress_size, 1)
        if info.file_size > _RATIO_FLOOR and info.file_size / packed > limits.max_ratio:
            raise _bomb(name, "ratio", f"压缩比超过 {limits.max_ratio} 倍，疑似压缩炸弹")
    if total > limits.max_unpacked:
        reason = f"解压后为 {_megabytes(total)}，超过 {_megabytes(limits.max_unpacked)} 的上限"
        raise _bomb(name, "unpacked", reason)


def _bomb(name: str, code: str, reason: str) -> FileRefused:
    return refuse(name, code, reason, "请删去多余内容后重新保存再上传")


def unsafe_path(path: str) -> bool:
    """Whether an entry's name would leave the folder it is unpacked to."""
    parts = path.replace("\\", "/").split("/")
    return ".." in parts or path[:1] in ("/", "\\") or path[1:2] == ":" or "\x00" in path


def _measure(data: bytes, info: zipfile.ZipInfo, name: str, *, keep: bool = False) -> bytes:
    """Unpack one entry in pieces and return its beginning; the declared size must be the real one."""
    start = info.header_offset
    if data[start : start + 4] != b"PK\x03\x04" or start + 30 > len(data):
        raise damaged(name)
    name_size, extra_size = struct.unpack_from("<HH", data, start + 26)
    begin = start + 30 + name_size + extra_size
    packed = memoryview(data)[begin : begin + info.compress_size]
    if len(packed) != info.compress_size:
        raise damaged(name)
    ceiling = _HEAD * 16 if keep and info.filename == "[Content_Types].xml" else _HEAD
    if info.compress_type == zipfile.ZIP_STORED:
        if info.compress_size != info.file_size or zlib.crc32(packed) != info.CRC:
            raise damaged(name)
        return bytes(packed[:ceiling])
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise damaged(name, "使用了不支持的压缩方式")
    return _inflate(packed, info, name, ceiling)


def _inflate(packed: memoryview, info: zipfile.ZipInfo, name: str, ceiling: int) -> bytes:
    unpacker = zlib.decompressobj(-15)
    head = bytearray()
    total = crc = 0
    try:
        for at in range(0, len(packed), _CHUNK):
            rest: bytes | memoryview = packed[at : at + _CHUNK]
            while len(rest) and not unpacker.eof:
                piece = unpacker.decompress(rest, 1 << 20)
                rest = unpacker.unconsumed_tail
                total += len(piece)
                if total > info.file_size:
                    raise _bomb(name, "unpacked", "的实际大小超过其声明的大小，疑似压缩炸弹")
                crc = zlib.crc32(piece, crc)
                if len(head) < ceiling:
                    head += piece[: ceiling - len(head)]
    except zlib.error as error:
        raise damaged(name) from error
    if not unpacker.eof or total != info.file_size or crc != info.CRC:
        raise damaged(name)
    return bytes(head)


def _doctype(name: str) -> FileRefused:
    reason = "内含文档类型或实体声明（DOCTYPE/ENTITY），出于安全不予读取"
    return refuse(name, "doctype", reason, "请用 Word 或 Excel 打开后另存一份再上传")


def _decode_prolog(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"<\x00")):
        return head.decode("utf-16-le", "ignore").lstrip("\ufeff")
    if head.startswith((b"\xfe\xff", b"\x00<")):
        return head.decode("utf-16-be", "ignore").lstrip("\ufeff")
    return head.decode("utf-8", "replace").lstrip("\ufeff")


def _check_prolog(head: bytes, name: str) -> None:
    """Refuse XML with a document type; only the prolog, before the first element, can have one."""
    text = _decode_prolog(head)
    at = 0
    while True:
        while text[at : at + 1].isspace():
            at += 1
        if text.startswith("<?", at):
            end = text.find("?>", at)
            declared = _DECLARED.search(text, at, end if end >= 0 else at)
            if declared and declared.group(1).lower() not in _ENCODINGS:
                raise damaged(name, f"使用了不支持的编码“{declared.group(1)}”")
            width = 2
        elif text.startswith("<!--", at):
            end, width = text.find("-->", at), 3
        elif text.startswith("<!", at):
            raise _doctype(name)
        else:
            return
        if end < 0:
            raise damaged(name, "的 XML 开头异常")
        at = end + width


def _package_kind(types: bytes, names: set[str], name: str) -> str:
    """Tell Word from Excel from a plain archive by the declared content types."""
    if not types:
        if names & {"mimetype", "OFD.xml"}:
            remedy = "请另存为 .docx 或 .xlsx 再上传"
            raise refuse(name, "unsupported", "是 ODF/OFD 文件，暂不支持", remedy)
        if suffix_of(name) in (DOCX, XLSX):
            raise damaged(name, "不是有效的 Office 文件（缺少内容清单）")
        return ZIP
    text = _decode_prolog(types)
    if "macroEnabled" in text or any(n.lower().endswith("vbaproject.bin") for n in names):
        raise _macro(name)
    if "wordprocessingml.document.main+xml" in text:
        return DOCX
    if "spreadsheetml.sheet.main+xml" in text:
        return XLSX
    remedy = "请另存为 .docx 或 .xlsx 再上传"
    raise refuse(name, "unsupported", "不是 Word 文档或 Excel 工作簿", remedy)
