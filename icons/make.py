#!/usr/bin/env python3
"""Draws every icon file anew from the two drawings beside this script.

Needs rsvg-convert (Debian and Ubuntu: librsvg2-bin, Fedora: librsvg2-tools, macOS: brew install
librsvg) and nothing of Python but its standard library. Run it without arguments, look at the
results at their real sizes on a light and on a dark background, and commit them.

algoagent.svg is the mark; algoagent-small.svg is the same mark without its end point and with
strokes that meet whole pixels, for 32 pixels and fewer.
"""

import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SMALL = 32

PNGS = {f"{size}x{size}.png": size for size in (16, 24, 32, 48, 64, 128, 256, 512)} | {
    "StoreLogo.png": 50,
} | {f"Square{size}x{size}Logo.png": size for size in (30, 44, 71, 89, 107, 142, 150, 284, 310)}

# Windows shows the first one while a program is being developed.
ICO_SIZES = (32, 16, 24, 48, 64, 256)

# The types of macOS: pictures that are PNG files, and the two old ones that are packed planes.
ICNS_PNGS = {
    b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic13": 256,
    b"ic08": 256, b"ic14": 512, b"ic09": 512, b"ic10": 1024,
}
ICNS_PLANES = {(b"is32", b"s8mk"): 16, (b"il32", b"l8mk"): 32}

# macOS leaves a margin of 100 in 1024 around a tile; the drawing's own margin is 32.
MAC_VIEW = 'viewBox="-84.5 -84.5 1193 1193"'


def draw(size, view=None):
    """The icon as a PNG file of `size` pixels."""
    svg = (HERE / ("algoagent-small.svg" if size <= SMALL else "algoagent.svg")).read_text()
    if view and size > SMALL:
        svg = svg.replace('viewBox="0 0 1024 1024"', view)
    command = ["rsvg-convert", "--width", str(size), "--height", str(size)]
    return subprocess.run(command, input=svg.encode(), stdout=subprocess.PIPE, check=True).stdout


def pixels(png):
    """Width, height and the rows of (red, green, blue, alpha) of an 8-bit RGBA PNG file."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    if (depth, colour) != (8, 6):
        sys.exit("rsvg-convert wrote something other than 8-bit RGBA")
    packed, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at:at + 4])
        if png[at + 4:at + 8] == b"IDAT":
            packed += png[at + 8:at + 8 + length]
        at += length + 12
    data, stride, rows = zlib.decompress(packed), width * 4, []
    above = bytes(stride)
    for y in range(height):
        start = y * (stride + 1)
        row = unfilter(data[start], bytearray(data[start + 1:start + 1 + stride]), above)
        rows.append([tuple(row[x:x + 4]) for x in range(0, stride, 4)])
        above = row
    return width, height, rows


def unfilter(kind, row, above):
    """One row of a PNG with its filter undone."""
    for i in range(len(row)):
        left, up, corner = (row[i - 4] if i > 3 else 0), above[i], (above[i - 4] if i > 3 else 0)
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        elif kind == 4:
            guess = min((left, up, corner), key=lambda near: abs(left + up - corner - near))
        else:
            guess = 0
        row[i] = (row[i] + guess) & 255
    return row


def bitmap(png):
    """The picture as an .ico holds it: BGRA rows from the bottom up, then the mask of the old."""
    width, height, rows = pixels(png)
    colours, mask = b"", b""
    for row in reversed(rows):
        colours += b"".join(bytes((b, g, r, a)) for r, g, b, a in row)
        bits = "".join("1" if a < 128 else "0" for *_, a in row).ljust((width + 31) // 32 * 32, "0")
        mask += int(bits, 2).to_bytes(len(bits) // 8, "big")
    header = struct.pack("<IiiHHIIiiII", 40, width, height * 2, 1, 32, 0, len(colours + mask), 0, 0, 0, 0)
    return header + colours + mask


def ico():
    """All sizes in one file for Windows; only the largest as PNG, as old readers want it."""
    pictures = [draw(size) if size == 256 else bitmap(draw(size)) for size in ICO_SIZES]
    at = 6 + 16 * len(pictures)
    entries = b""
    for size, picture in zip(ICO_SIZES, pictures):
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + b"".join(pictures)


def pack(plane):
    """A plane of bytes as .icns packs it: runs of equal bytes, and stretches left as they are."""
    out, plain, i = bytearray(), bytearray(), 0

    def flush():
        while plain:
            part = plain[:128]
            out.append(len(part) - 1)
            out.extend(part)
            del plain[:128]

    while i < len(plane):
        run = 1
        while i + run < len(plane) and plane[i + run] == plane[i] and run < 130:
            run += 1
        if run >= 3:
            flush()
            out.extend((run + 125, plane[i]))
        else:
            plain.extend(plane[i:i + run])
        i += run
    flush()
    return bytes(out)


def icns():
    """All sizes in one file for macOS."""
    parts = []
    for (colours, mask), size in ICNS_PLANES.items():
        flat = [pixel for row in pixels(draw(size, MAC_VIEW))[2] for pixel in row]
        parts.append((colours, b"".join(pack(bytes(p[c] for p in flat)) for c in range(3))))
        parts.append((mask, bytes(p[3] for p in flat)))
    parts += [(kind, draw(size, MAC_VIEW)) for kind, size in ICNS_PNGS.items()]
    body = b"".join(kind + struct.pack(">I", len(data) + 8) + data for kind, data in parts)
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def main():
    if not shutil.which("rsvg-convert"):
        sys.exit("rsvg-convert is missing: on Debian and Ubuntu, apt-get install librsvg2-bin")
    files = {name: draw(size) for name, size in PNGS.items()}
    files |= {"icon.ico": ico(), "icon.icns": icns()}
    for name, data in files.items():
        (HERE / name).write_bytes(data)
        print(f"{name:<22} {len(data):>7} bytes")


if __name__ == "__main__":
    main()
