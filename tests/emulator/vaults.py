"""Reads what a vault of one snapshot keeps, in files of their own and in packs: `docs/vault.md` says how they are built."""

import struct
from functools import cache

import zstandard


def unpacked(bytes_):
    return zstandard.ZstdDecompressor().decompressobj().decompress(bytes_)


@cache
def packed(vault):
    """{hash: the blob's bytes as its own file would have them} of all packs."""
    found = {}
    for file in vault.glob("packs/*.pack"):
        pack = file.read_bytes()
        (count,) = struct.unpack_from("<I", pack, 8)
        for entry in range(count):
            hash_, offset, length = struct.unpack_from("<32sII", pack, 12 + 40 * entry)
            found[hash_.hex()] = pack[12 + 40 * count + offset:][:length]
    return found


def body(vault, hash_):
    file = vault / "blobs" / hash_[:2] / f"{hash_}.zst"
    return unpacked(file.read_bytes() if file.exists() else packed(vault)[hash_])
