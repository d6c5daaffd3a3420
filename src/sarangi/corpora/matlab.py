"""Numeric arrays in MATLAB files of versions 4 to 7.2, read in bounds.

SciPy's reader ends the whole process at an element of a type that there is not (scipy 1.17.1, a lookup
outside of its table), and asks for whatever memory a header names; so the few parts that hold numbers are
read here.
"""

import math
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

LARGEST = 2**20
"""Numbers in an array; the largest vector of features that is published has 6,373."""

MATRIX, COMPRESSED = 14, 15
KINDS = {6: "double", 7: "single", 8: "int8", 9: "uint8", 10: "int16", 11: "uint16", 12: "int32",
13: "uint32",
         14: "int64", 15: "uint64"}  # fmt: skip
OTHERS = {1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse"}
TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
TYPES_4 = ("f8", "f4", "i4", "i2", "u2", "u1")
COMPLEX = 0x0800


class Array(NamedTuple):
    """An array in a file."""

    name: str
    shape: tuple[int, ...]
    kind: str
    """Its class in MATLAB."""
    values: np.ndarray | None
    """Of shape (values,), in MATLAB's order (columns first); None where it holds no real numbers."""


def arrays(data: bytes) -> Iterator[Array]:
    """Yield the arrays of a MATLAB file.

    Raises
    ------
    ValueError
        If it is no such file, damaged, or an array has more than :data:`LARGEST` numbers.
    """
    if len(data) >= 20 and 0 in data[:4]:
        yield from _version_4(data)
        return
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    if order is None or data[125 if order == "<" else 124] != 1:
        raise ValueError("it is not of version 4 to 7.2")
    place, left = 128, 16 * LARGEST  # bytes that compressed elements may open to, all together
    while place < len(data):
        kind, content, place = _element(data, place, order)
        if kind == COMPRESSED:
            opened = zlib.decompressobj()
            try:
                inside = opened.decompress(content, left)
            except zlib.error as error:
                raise ValueError(str(error)) from error
            left -= len(inside)
            if left <= 0:
                raise ValueError(f"its compressed elements open to {16 * LARGEST} bytes or more")
            kind, content, _ = _element(inside, 0, order)
        if kind == MATRIX:
            yield _matrix(content, order)


def _element(data: bytes, place: int, order: str) -> tuple[int, bytes, int]:
    """Return type and content of the element at a place, and the place of the next one."""
    if place + 8 > len(data):
        raise ValueError(f"cut short at byte {place}")
    name = "little" if order == "<" else "big"
    kind, size = (int.from_bytes(data[at : at + 4], name) for at in (place, place + 4))
    if kind >> 16:  # a small one: type, size and content in 8 bytes
        kind, size, start, end = kind & 0xFFFF, kind >> 16, place + 4, place + 8
        if size > 4:
            raise ValueError(f"the small element at byte {place} has {size} bytes")
    else:
        start = place + 8
        end = start + (size if kind == COMPRESSED else -(-size // 8) * 8)
    if start + size > len(data):
        raise ValueError(f"the element at byte {place} has {size} bytes, {len(data) - start} are there")
    return kind, data[start : start + size], end


def _matrix(content: bytes, order: str) -> Array:
    kind, flags, place = _element(content, 0, order)
    if kind != 6 or len(flags) != 8:
        raise ValueError("an array without flags")
    about = int(np.frombuffer(flags, f"{order}u4")[0])
    class_ = about & 0xFF
    kind, dimensions, place = _element(content, place, order)
    if kind != 5 or len(dimensions) % 4 or not 0 < len(dimensions) <= 4 * 32:
        raise ValueError("an array without dimensions")
    shape = tuple(int(number) for number in np.frombuffer(dimensions, f"{order}i4"))
    _, name, place = _element(content, place, order)
    name = name.decode("latin-1")
    if class_ not in KINDS or about & COMPLEX:
        return Array(name, shape, OTHERS.get(class_, f"class {class_}"), None)
    kind, numbers, _ = _element(content, place, order)
    if kind not in TYPES:
        raise ValueError(f"{name} holds elements of type {kind}, which is not a type of numbers")
    return Array(name, shape, KINDS[class_], _numbers(name, numbers, f"{order}{TYPES[kind]}", shape))


def _version_4(data: bytes) -> Iterator[Array]:
    place = 0
    while place < len(data):
        orders = [order for order in "<>" if 0 <= int(np.frombuffer(data, f"{order}i4", 1, place)[0]) <= 4052]
        if len(data) - place < 20 or not orders:
            raise ValueError(f"no array begins at byte {place}")
        order = orders[0]
        form, rows, columns, imaginary, length = map(int, np.frombuffer(data, f"{order}i4", 5, place))
        number, kind = form // 10 % 10, form % 10
        if number >= len(TYPES_4) or min(rows, columns, length) < 0 or imaginary not in (0, 1):
            raise ValueError(f"the header of the array at byte {place} is damaged")
        type_ = f"{order}{TYPES_4[number]}"
        place += 20
        name = data[place : place + length].rstrip(b"\0").decode("latin-1")
        place += length
        size = rows * columns * np.dtype(type_).itemsize * (1 + imaginary)
        if place + size > len(data):
            raise ValueError(f"{name} has {size} bytes, {len(data) - place} are there")
        plain = kind == 0 and not imaginary
        values = _numbers(name, data[place : place + size], type_, (rows, columns)) if plain else None
        yield Array(name, (rows, columns), "double" if plain else "char, sparse or complex", values)
        place += size


def _numbers(name: str, content: bytes, type_: str, shape: tuple[int, ...]) -> np.ndarray:
    size = math.prod(shape)
    if not 0 <= size <= LARGEST or min(shape) < 0:
        raise ValueError(f"{name} has shape {shape}; at most {LARGEST} numbers are read")
    if len(content) != size * np.dtype(type_).itemsize:
        raise ValueError(f"{name} of shape {shape} has {len(content)} bytes of numbers")
    return np.frombuffer(content, type_)
