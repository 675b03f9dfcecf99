"""A form with a file in it (multipart/form-data), read while it comes: fields into memory, the file
wherever it is wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.push_refusals import Refusal

FILE = "file"
MOST_FIELDS = 20
LONGEST_FIELD = 8_000
LONGEST_HEADER = 2_000

Take = Callable[[bytes], Awaitable[None]]


class Form:
    """fields: of the form, by name. file_name: as the sender calls the file, None before it came.

    What the parser tells of is gathered, and acted upon when it has had its part: a file's bytes
    are waited for, a parser is not.
    """

    def __init__(self, content_type: str) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise _malformed("it does not say its boundary")
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self._is_whole = False
        self._header, self._value = bytearray(), bytearray()
        self._disposition = b""
        self._field: tuple[str, bytearray] | None = None
        self._file_parts: list[bytes] = []
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._name_of_header,
                "on_header_value": self._value_of_header,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._end_form,
            },
        )

    async def read(self, body: AsyncIterator[bytes], take: Take) -> None:
        """Gives the file's bytes to `take` as they come. Raises Refusal, and what `take` raises."""
        async for part in body:
            try:
                self._parser.write(part)
            except FormParserError:
                raise _malformed("its parts cannot be told apart") from None
            for data in self._file_parts:
                await take(data)
            self._file_parts.clear()
        if not self._is_whole:
            raise _malformed("it ends too early")
        if self.file_name is None:
            raise _malformed(f"it has no file named {FILE}")

    def _begin(self) -> None:
        self._disposition = b""

    def _name_of_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]
        self._check(len(self._header), LONGEST_HEADER)

    def _value_of_header(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._check(len(self._value), LONGEST_HEADER)

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _end_headers(self) -> None:
        options = parse_options_header(self._disposition)[1]
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options and name != FILE:
            self._field = (name, bytearray())
            self._check(len(self.fields) + 1, MOST_FIELDS)
        elif name != FILE or self.file_name is not None:
            raise _malformed(f"it has one file, named {FILE}")
        else:
            self._field = None
            self.file_name = options.get(b"filename", b"").decode("utf-8", "replace")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._file_parts.append(data[start:end])
        else:
            self._field[1].extend(data[start:end])
            self._check(len(self._field[1]), LONGEST_FIELD)

    def _end(self) -> None:
        if self._field is not None:
            name, value = self._field
            self.fields[name] = value.decode("utf-8", "replace")

    def _end_form(self) -> None:
        self._is_whole = True

    def _check(self, length: int, most: int) -> None:
        if length > most:
            raise _malformed("its fields are too many or too long")


def _malformed(why: str) -> Refusal:
    return Refusal(400, "MALFORMED", f"the form cannot be read: {why}")
