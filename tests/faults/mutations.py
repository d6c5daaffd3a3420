"""Mutations of files: of any bytes, and of the structure of text, JSON, YAML, zip, tar, safetensors.

Everything is drawn from a ``random.Random``, so the same seed gives the same inputs.
"""

import copy
import io
import json
import random
import struct
import tarfile
import zipfile
from collections.abc import Sequence
from typing import Any

import yaml

NUMBERS = (0, 1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**24, 2**31 - 1, 2**31, 2**32 - 1,
           2**32, 2**40, 2**48, 2**62, 2**63 - 1, 2**63, 2**64 - 1)  # fmt: skip
WORDS = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\x28", b"\xed\xa0\x80", b"\r", b"\r\n", b"\n", b"\t",
    b'"',
    b"'", b",", b";", b"|", b":", b"{", b"}", b"[", b"]", b"-1", b"1e999", b"nan", b"inf", b"9" * 400,
    b"null",
    b"../../x", b"/etc/x", b"%s%n", b"\\", b"A" * 5000, "\u202e".encode(), "\u2028".encode(),
    "é".encode("cp1252"),
    b"\x1a", b"\x85", b"__class__",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 10**30, -0.5, 1e308, float("nan"), float("inf"), "", " ", "x",
    "0",
    "\ud800", "\0", "ü" * 3000, "../../x", [], {}, [[]], [None], {"": ""}, {"a": {"a": {}}}, ["a"] * 40,
    "1e5",
    "2001-99-99", [0] * 3, "999999999999", -(2**63),
)  # fmt: skip


class Chance(random.Random):
    """A source of chance that can damage things."""

    def number(self) -> int:
        return self.choice(NUMBERS) + self.choice((0, 0, 0, -1, 1))

    def maybe(self, share: float = 0.5) -> bool:
        return self.random() < share

    # -- bytes ----------------------------------------------------------------------------------

    def damaged(
        self,
        data: bytes,
        others: Sequence[bytes] = (b"",),
        words: Sequence[bytes] = WORDS,
        places: Sequence[int] = (),
        most: int = 4,
    ) -> bytes:
        """Return bytes with one to ``most`` damages; ``places`` are offsets of numbers in the header."""
        for _ in range(self.randint(1, most)):
            data = self._damage(bytearray(data), others, words, places)
        return data

    def _damage(
        self, data: bytearray, others: Sequence[bytes], words: Sequence[bytes], places: Sequence[int]
    ) -> bytes:
        kind = self.randrange(10)
        size = len(data)
        if not size:
            return self.choice(others) or self.randbytes(self.randrange(64))
        place = self.randrange(size) if self.maybe(0.6) else self.randrange(min(size, 128))
        span = min(size - place, self.choice((1, 2, 4, 8, 16, 100, 1000)))
        if kind == 0:
            data[place] ^= 1 << self.randrange(8)
        elif kind == 1:
            data[place] = self.choice((0, 1, 0x20, 0x7F, 0x80, 0xFF, self.randrange(256)))
        elif kind == 2:
            del data[place if self.maybe() else size - self.randrange(min(size, 64)) :]
        elif kind == 3:
            del data[place : place + span]
        elif kind == 4:
            data[place:place] = bytes(data[place : place + span]) * self.choice((1, 1, 2, 10, 100))
        elif kind == 5:
            other = self.choice(others)
            start = self.randrange(len(other) + 1)
            data[place:] = other[start:]
        elif kind == 6:
            data[place:place] = self.choice(words)
        elif kind == 7:
            word = self.choice(words)
            data[place : place + len(word)] = word
        else:
            self._overwrite(data, self.choice(places) if places and self.maybe(0.8) else place)
        return bytes(data)

    def _overwrite(self, data: bytearray, place: int) -> None:
        width = self.choice((1, 2, 4, 8))
        order = self.choice(("little", "big"))
        number = (self.number() % (1 << 8 * width)).to_bytes(width, order)
        data[place : place + width] = number

    # -- text -----------------------------------------------------------------------------------

    def retold(self, text: bytes, words: Sequence[bytes] = WORDS) -> bytes:
        """Return a text with lines dropped, doubled, exchanged, or with other words in them."""
        lines = text.split(b"\n")
        for _ in range(self.randint(1, 3)):
            place, other = self.randrange(len(lines)), self.randrange(len(lines))
            kind = self.randrange(6)
            if kind == 0 and len(lines) > 1:
                del lines[place]
            elif kind == 1:
                lines.insert(other, lines[place])
            elif kind == 2:
                lines[place], lines[other] = lines[other], lines[place]
            else:
                lines[place] = self.reworded(lines[place], words)
        return b"\n".join(lines)

    def reworded(self, line: bytes, words: Sequence[bytes] = WORDS) -> bytes:
        """Return a line with a word or a piece of it replaced or inserted."""
        start = self.randrange(len(line) + 1)
        end = min(len(line), start + self.choice((0, 1, 2, 5, 20)))
        return line[:start] + self.choice(words) + line[end:]

    # -- trees: JSON and YAML -------------------------------------------------------------------

    def regrown(self, tree: Any, values: Sequence[Any] = VALUES, most: int = 3) -> Any:
        """Return a copy of a tree of mappings and lists with odd values, lost and renamed keys."""
        tree = json.loads(json.dumps(tree))
        for _ in range(self.randint(1, most)):
            tree = self._regrow(tree, values)
        return tree

    def _regrow(self, tree: Any, values: Sequence[Any]) -> Any:
        places = list(_places(tree))
        if not places:
            return copy.deepcopy(self.choice(values))
        node, key = self.choice(places)
        kind = self.randrange(7)
        if kind == 0:
            del node[key]
        elif kind == 1 and isinstance(node, dict):
            node[str(self.choice((f"{key}x", "", "__class__", "x" * 300, "\ud800")))] = node.pop(key)
        elif kind == 2:
            deep = node[key]
            for _ in range(self.choice((1, 3, 60, 300))):
                deep = [deep] if self.maybe() else {"a": deep}
            node[key] = deep
        elif kind == 3 and isinstance(node[key], str):
            node[key] = self.damaged(node[key].encode("utf-8", "surrogatepass")).decode("latin-1")
        elif kind == 4:
            other, name = self.choice(places)
            if name in other if isinstance(other, dict) else name < len(other):
                node[key] = json.loads(json.dumps(other[name]))
        elif kind == 5 and isinstance(node[key], int | float):
            node[key] = self.number() * self.choice((1, 1, 1, -1))
        else:
            node[key] = copy.deepcopy(self.choice(values))  # or damages would share it
        return tree

    def json(self, tree: Any) -> bytes:
        """Return the text of a damaged JSON document."""
        if self.maybe(0.1):
            return self.odd_json()
        text = json.dumps(self.regrown(tree), ensure_ascii=self.maybe())
        data = text.encode("utf-8", "surrogatepass")
        return self.damaged(data, most=2) if self.maybe(0.3) else data

    def odd_json(self) -> bytes:
        depth = self.choice((10, 1000, 100_000))
        return self.choice(
            (
                b"[" * depth, b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth, b"",
                b"null",
                b"9" * 5000, b'"\\ud800"', b"[1e400]", b'{"a": NaN}', b"\xff\xfe{\0}\0",
                b"[" + b"0," * depth + b"0]",
                b"-", b"{", b'{"a": 1, "a": 2}',
            )
        )  # fmt: skip

    def yaml(self, tree: Any, text: bytes | None = None) -> bytes:
        """Return the text of a damaged YAML document, of a tree or of the text that it was written as."""
        kind = self.randrange(10)
        if kind == 0:
            return self.odd_yaml()
        if kind < 4 and text is not None:
            text = self.retold(text, (*WORDS, *YAML_WORDS))
            return self.odd_yaml(text) if self.maybe(0.1) else text
        if kind < 5 and text is not None:
            return self.damaged(text, (text,), (*WORDS, *YAML_WORDS))
        if kind < 6:
            return self.json(tree)
        try:
            return yaml.dump(self.regrown(tree), Dumper=yaml.CSafeDumper, allow_unicode=True).encode()
        except (yaml.YAMLError, UnicodeEncodeError, RecursionError):
            return self.odd_yaml()

    def odd_yaml(self, before: bytes = b"") -> bytes:
        """Return a YAML document of the kinds that are made to harm, behind another text."""
        depth = self.choice((10, 900, 5000, 200_000))
        breadth = self.choice((2, 9, 20))
        laughs = [b"a0: &a0 [lol]"]
        laughs += [
            b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * breadth)) for n in range(1, 20)
        ]
        merges = [b"m0: &m0 {k: v}"]
        merges += [
            b"m%d: &m%d {<<: [%s], x: *m%d}" % (n, n, b", ".join([b"*m%d" % (n - 1)] * 8), n - 1)
            for n in range(1, 12)
        ]
        odd = self.choice(
            (
                b"\n".join(laughs), b"\n".join(merges), b"[" * depth, b"[" * depth + b"]" * depth,
                b"{a: " * depth + b"}" * depth, b"".join(b" " * n + b"a:\n" for n in range(min(depth, 900))),
                b"- " * depth + b"a", b"a: &a [*a]", b"&a {*a : *a}",
                b"a: !!python/object/apply:os.system [x]",
                b"a: !!timestamp x", b"a: 2001-99-99", b"a: " + b"9" * 5000, b"a: !!int x", b"a: !!float x",
                b"a: !!bool x", b"a: !!binary \xc3\xa9", b"a: !!binary x", b"a: !!set [a]",
                b"a: !!omap [a, b]",
                b"a: !!pairs [a]", b"? [a]\n: b", b"? {a: b}\n: c", b"a: 1\na: 2", b"%YAML 9.9\n---\na",
                b"--- a\n--- b",
                b"a: *nobody", b"a: !nobody b", b"\xff\xfea\0:\0 \0b\0", b"a: \x01", b"<<: 1", b"<<: [1]",
                b"a: !!null x",
                b"a: 0b", b"a: 0x_", b"a: 190:20:30", b"a: 1_000.5e+9999", b"'a", b'"\\ud800"', b"a: .nan",
                b"a: =",
                b"a: 1:60:99999999999999999999999", b"!!map [a]", b"!!str {a: b}", b"a: !!seq {a: b}", b"",
                b"- a", b"a",
            )
        )  # fmt: skip
        return before + b"\n" + odd if before else odd


YAML_WORDS = (
    b"&a", b"*a", b"!!int ", b"!!python/none ", b"<<: ", b"? ", b"- ", b"  ", b"    ", b"#", b"|", b">",
    b"---\n",
    b"%TAG ! x\n", b"~", b"{", b"!!timestamp ", b"2001-02-30", b"9" * 5000, b"0x", b"1_0", b".inf",
    b"*nobody",
)  # fmt: skip


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        found += [(node, key) for key in keys]
        waiting += [node[key] for key in keys]
    return found


# -- archives -----------------------------------------------------------------------------------

NAMES = (
    "../evil.wav", "/etc/evil.wav", "C:\\evil.wav", "a/../../b.wav", "", ".", "..", "a" * 300 + ".wav",
    "a\nb.wav", "é.wav",
    "a//b.wav", "a/", "CON.wav", "\\\\host\\x.wav", ".hidden/a.wav", "__MACOSX/a.wav", "a.zip", "b.tar.gz",
    "c.tgz",
    "\u202ex.wav", "a/" * 500 + "x.wav", "x.tar", "inner/y.tar", "-rf.wav", "~root.wav",
)  # fmt: skip


def odd_zip(chance: Chance, members: list[tuple[str, bytes]]) -> bytes:
    """Return a zip of some members, odd ones among them, whose records are then damaged in their numbers."""
    file = io.BytesIO()
    members = list(members)
    for _ in range(chance.randrange(3)):
        members.insert(
            chance.randrange(len(members) + 1),
            (chance.choice((*NAMES, members[0][0])), chance.choice((b"", b"x", bytes(200_000)))),
        )
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name or "x")
            info.compress_type = chance.choice((0, 0, 8, 8, 12, 14))
            if chance.maybe(0.1):
                info.external_attr = chance.choice((0o120777, 0o060600, 0o020600, 0o040755, 0o010600)) << 16
            archive.writestr(info, data)
    data = bytearray(file.getvalue())
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        _damage_zip(chance, data)
    return bytes(data)


def _damage_zip(chance: Chance, data: bytearray) -> None:
    """Overwrite a field of a record: its flags (encryption), method, sizes, name's length, offset …"""
    kinds = {
        b"PK\1\2": ((8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (38, 4), (42, 4)),
        b"PK\3\4": ((6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
        b"PK\5\6": ((4, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
    }
    kind = chance.choice(list(kinds))
    places = []
    place = data.find(kind)
    while place >= 0:
        places.append(place)
        place = data.find(kind, place + 1)
    if not places:
        return
    start = chance.choice(places)
    offset, width = chance.choice(kinds[kind])
    if (kind, offset) == (b"PK\1\2", 42) and chance.maybe():
        number = struct.unpack_from("<L", data, chance.choice(places) + 42)[0]  # overlaps with another
    elif width == 2:
        number = chance.choice((0, 1, 8, 9, 12, 14, 93, 99, 0x800, 0x801, 0x20, 0xFFFF, 0x2000))
    else:
        number = chance.number()
    data[start + offset : start + offset + width] = (number % (1 << 8 * width)).to_bytes(width, "little")
    if kind == b"PK\1\2" and chance.maybe(0.2):
        name = start + 46
        data[name : name + 1] = chance.choice((b"\xff", b"\0", b"/", b"\\"))


def odd_tar(chance: Chance, members: list[tuple[str, bytes]]) -> bytes:
    """Return a tar, compressed or not, of some members and odd ones, with headers whose checksum is right."""
    blocks = []
    members = list(members)
    for _ in range(chance.randrange(3)):
        members.append((chance.choice(NAMES), chance.choice((b"", b"x", bytes(100_000)))))
    for name, data in members:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        kind = chance.choice(
            ("0",) * 12 + ("1", "2", "3", "4", "5", "6", "7", "S", "x", "g", "L", "K", "X", "Z", "\0")
        )
        info.type, info.linkname = kind.encode(), chance.choice(("", "../x", "/etc/passwd", name))
        form = chance.choice((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))
        if form == tarfile.PAX_FORMAT and chance.maybe(0.2):
            key = chance.choice(("size", "path", "GNU.sparse.map", "GNU.sparse.size", "mtime", "hdrcharset",
                                 "GNU.sparse.major", "GNU.sparse.numblocks", "SCHILY.xattr.x"))  # fmt: skip
            info.pax_headers = {
                key: chance.choice(("-1", "1e30", "x", "9" * 40, "", "1,2,3", "0,99999999999"))
            }
        try:
            header = bytearray(info.tobuf(form, errors="surrogateescape"))
        except (ValueError, UnicodeError):
            continue
        if kind in "xgLK":
            data = chance.choice((b"9 size=1\n", b"99999999999 a=b\n", b"0 a=b\n", b"x\n", b"../y\0",
            b"20 path=a\0b\xff\n\n\n\n",
                                  b"30 GNU.sparse.map=1,2,3,4,5,6\n", b"11 size=-5\n", b"\xff" * 20,
                                  data))  # fmt: skip
            header[124:136] = b"%011o\0" % len(data)
        if chance.maybe(0.15):
            _damage_tar(chance, header)
        header[-512:] = _checked(header[-512:])
        blocks.append(bytes(header) + data + bytes(-len(data) % 512))
    plain = b"".join(blocks) + bytes(1024 * chance.choice((0, 1, 1, 1)))
    pack = chance.choice(("", "", "", "gz", "gz", "bz2", "xz"))
    if not pack:
        return plain
    import bz2
    import gzip
    import lzma

    packed = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[pack](plain)
    return chance.damaged(packed, most=2) if chance.maybe(0.3) else packed


def _damage_tar(chance: Chance, header: bytearray) -> None:
    start, length = chance.choice(((0, 100), (100, 8), (124, 12), (136, 12), (156, 1), (157, 100), (345,
    155), (386, 96),
                                   (482, 1), (483, 12)))  # fmt: skip
    value = chance.choice(
        (
            b"77777777777", b"\xff" * 12, b"\x80" + bytes(3) + b"\xff" * 8, b"-1", b"x", b"\0",
            b"\xff\xfe.wav", b"00000000001",
            b"\x80" + bytes(7) + b"\x7f\xff\xff\xff",
        )
    )  # fmt: skip
    at = len(header) - 512 + start
    header[at : at + min(len(value), length)] = value[:length]


def _checked(header: bytes) -> bytes:
    block = bytearray(header)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def rezipped(data: bytes, changed: str, content: bytes) -> bytes:
    """Return a stored zip with the content of one member exchanged."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == changed else old.read(name))
    return file.getvalue()


def odd_safetensors(chance: Chance, data: bytes) -> bytes:
    """Return a safetensors file with a damaged header whose length is right, or damaged bytes."""
    length = int.from_bytes(data[:8], "little")
    if chance.maybe(0.3):
        return chance.damaged(data, places=(0, 4, 8))
    header = chance.json(json.loads(data[8 : 8 + length]))
    rest = data[8 + length :]
    return (
        len(header).to_bytes(8, "little")
        + header
        + (rest[: chance.randrange(len(rest) + 1)] if chance.maybe(0.1) else rest)
    )


def odd_parquet(chance: Chance, seeds: Sequence[bytes]) -> bytes:
    """Return Parquet with a damaged footer whose length is right, with damaged pages, or damaged anywhere."""
    data = chance.choice(seeds)
    length = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - length : -8]
    kind = chance.randrange(4)
    if kind == 0:
        footer = chance.damaged(footer, (footer,))
        return data[: -8 - length] + footer + len(footer).to_bytes(4, "little") + b"PAR1"
    if kind == 1:
        return chance.damaged(data[: -8 - length], seeds, most=2) + data[-8 - length :]
    if kind == 2:  # of the same length, so that every place that the footer names is there
        pages = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            pages[chance.randrange(4, len(data) - 8)] = chance.randrange(256)
        return bytes(pages)
    return chance.damaged(data, seeds, places=(len(data) - 8, len(data) - 7))
