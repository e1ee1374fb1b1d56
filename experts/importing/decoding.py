"""Bytes of a file to text: UTF-8, UTF-16 and Windows-1252, and a sentence for what is no text."""

import codecs
from pathlib import Path

from experts.errors import ImportFailed

MAX_BYTES = 256 * 1024 * 1024
UNICODE_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16, so it is asked first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHER_FORMATS = (
    (b"PK\x03\x04", "a spreadsheet or archive (zip)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"%PDF", "a PDF"),
)
STRAY_BYTES = "matchmaker.windows-1252"


def _as_windows_1252(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", errors="replace"), error.end


codecs.register_error(STRAY_BYTES, _as_windows_1252)


def read_bytes(path: Path) -> bytes:
    """The whole file. ImportFailed, as a sentence, when there is none to be had."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ImportFailed(f"There is no file {path}.") from error
    except IsADirectoryError as error:
        raise ImportFailed(f"{path} is a directory, not a CSV file.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImportFailed(f"{path} cannot be read: {reason}.") from error
    if len(content) > MAX_BYTES:
        raise ImportFailed(f"{path} is larger than {MAX_BYTES // 1024**2} MB.")
    return content


def decode(content: bytes, source: str) -> tuple[str, str]:
    """The text without its byte order mark, and the name of its encoding."""
    for start, what in OTHER_FORMATS:
        if content.startswith(start):
            raise ImportFailed(f"{source} is {what}, not CSV. Save it as CSV (UTF-8) first.")
    for mark, encoding in UNICODE_MARKS:
        if content.startswith(mark):
            return _decode_marked(content, encoding), encoding.removesuffix("-sig")
    # A few NUL bytes are damage and are removed later; many are UTF-16 without its mark.
    if content.count(0) * 10 > len(content):
        raise ImportFailed(f"{source} is not text that can be read. Save it as CSV (UTF-8) first.")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_unmarked(content)


def _decode_marked(content: bytes, encoding: str) -> str:
    if encoding == "utf-8-sig":
        return content.decode(encoding, errors=STRAY_BYTES)
    return content.decode(encoding, errors="replace")


def _decode_unmarked(content: bytes) -> tuple[str, str]:
    """Mostly UTF-8 with a few stray bytes, or Windows-1252: whichever explains more letters."""
    text = content.decode("utf-8", errors="replace")
    stray = text.count("\N{REPLACEMENT CHARACTER}")
    beyond_ascii = sum(not character.isascii() for character in text)
    if beyond_ascii - stray > stray:
        return content.decode("utf-8", errors=STRAY_BYTES), "utf-8 with stray windows-1252"
    return content.decode("cp1252", errors="replace"), "windows-1252"
