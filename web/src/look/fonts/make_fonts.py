"""Make the guide's three font files from the fonts of fontsource.

    npm install --no-save @fontsource/literata @fontsource/patrick-hand
    pip install fonttools brotli
    python src/look/fonts/make_fonts.py node_modules/@fontsource

"Backsight Hand" is Patrick Hand with digits and signs of one width, so that changing numbers do not jump, a
seven without a bar, and a few signs composed from its own strokes (arrows, comparisons, the partial sign).
"Backsight Prose" is Literata. All hold only the characters the guide uses.
"""

import sys
from pathlib import Path

from fontTools.misc.transform import Transform
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
CHARACTERS = {*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "–—‘’“”„…−×·•²³→←↑↓≈≤≥≠∂ \u2007\u202f")}
DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def bounds(font: TTFont, name: str) -> tuple[float, float, float, float]:
    pen = BoundsPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    return pen.bounds or (0, 0, 0, 0)


def compose(font: TTFont, name: str, code: int, width: int, parts: list[tuple[str, Transform]]) -> None:
    """Add or replace a glyph made of transformed glyphs."""
    glyphs = font.getGlyphSet()
    pen = TTGlyphPen(None)
    for part, transform in parts:
        record = DecomposingRecordingPen(glyphs)
        glyphs[part].draw(record)
        record.replay(TransformPen(pen, transform))
    glyph = pen.glyph()
    if name not in font.getGlyphOrder():
        font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, getattr(glyph, "xMin", 0))
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[code] = name


def centred(font: TTFont, name: str, width: float, scale: float = 1) -> Transform:
    low, _, high, _ = bounds(font, name)
    return Transform(scale, 0, 0, 1, (width - (low + high) * scale) / 2, 0)


def one_width(font: TTFont) -> None:
    """Digits, signs and the figure space share the width of the widest digit."""
    cmap = font.getBestCmap()
    width = max(font["hmtx"][digit][0] for digit in DIGITS)
    names = [*((name, ord("0") + i) for i, name in enumerate(DIGITS))]
    names += [(cmap[ord(sign)], ord(sign)) for sign in "+−="]
    for name, code in names:
        low, _, high, _ = bounds(font, name)
        scale = min(1, (width - 40) / (high - low))
        compose(font, name, code, width, [(name, centred(font, name, width, scale))])
    compose(font, "figurespace", 0x2007, width, [])


def plain_seven(font: TTFont) -> None:
    """Without its bar, which looks like a struck-through digit in small labels."""
    seven = font["glyf"]["seven"]
    keep = [*range(9), *range(16, 33)]  # the points of the bar's two ends are left out
    points = [seven.coordinates[i] for i in keep]
    # The stem leans, else what is left looks like a corner.
    leaning = [(x - max(0, 600 - y) * 0.26 if x > 240 else x, y) for x, y in points]
    seven.coordinates = type(seven.coordinates)([(round(x), y) for x, y in leaning])
    seven.flags = bytearray(seven.flags[i] for i in keep)
    seven.endPtsOfContours = [len(keep) - 1]
    seven.recalcBounds(font["glyf"])


def add_signs(font: TTFont) -> None:
    """Signs that Patrick Hand lacks, from strokes it has."""
    cmap = font.getBestCmap()
    minus, less, greater, tilde, slash = (cmap[ord(c)] for c in "−<>~/")
    at = Transform
    lx, ly, hx, hy = bounds(font, minus)
    middle = (ly + hy) / 2
    _gl, gb, gr, gt = bounds(font, greater)
    height = (gb + gt) / 2
    span = 620
    shaft = at(1.3, 0, 0, 1, 60 - lx * 1.3, 0)
    tip = 60 + (hx - lx) * 1.3
    right = at(0.62, 0, 0, 0.78, tip - gr * 0.62 + 12, middle - height * 0.78)
    ll, lb, _lr, lt = bounds(font, less)
    left = at(0.62, 0, 0, 0.78, 48 - ll * 0.62, middle - (lb + lt) / 2 * 0.78)
    compose(font, "arrowright", 0x2192, span, [(minus, shaft), (greater, right)])
    compose(font, "arrowleft", 0x2190, span, [(minus, shaft), (less, left)])
    for name, code, turn in (("arrowup", 0x2191, 1), ("arrowdown", 0x2193, -1)):
        # A quarter turn of the right arrow about its middle, moved to the middle of the capitals.
        rotate = at(0, turn, -turn, 0, 230 + turn * middle, 330 - turn * span / 2)
        compose(font, name, code, 460, [("arrowright", rotate)])
    _tl, tb, _tr, tt = bounds(font, tilde)
    apart = (tt - tb) * 0.75
    level = middle - (tb + tt) / 2
    width = font["hmtx"][tilde][0]
    compose(
        font,
        "approxequal",
        0x2248,
        width,
        [(tilde, at().translate(0, level + apart)), (tilde, at().translate(0, level - apart))],
    )
    for name, code, sign in (("lessequal", 0x2264, less), ("greaterequal", 0x2265, greater)):
        under = at(0.9, 0, 0, 1, 30, gb - middle - 70)
        compose(font, name, code, font["hmtx"][sign][0], [(sign, at()), (minus, under)])
    equals = cmap[ord("=")]
    compose(
        font,
        "notequal",
        0x2260,
        font["hmtx"][equals][0],
        [(equals, at()), (slash, at(0.8, 0, 0, 0.8, 40, 60))],
    )
    # A six in a mirror is a partial sign.
    width = font["hmtx"]["six"][0]
    compose(font, "partialdiff", 0x2202, width, [("six", at(-1, 0, 0, 1, width, 0))])


def rename(font: TTFont, family: str) -> None:
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = family.replace(" ", "") if record.nameID == 6 else family


def make(source: Path, family: str, target: str, hand: bool) -> None:
    font = TTFont(source)
    if hand:
        plain_seven(font)
        one_width(font)
        add_signs(font)
    options = Options(
        hinting=False,
        layout_features=["kern", "liga", "locl", "mark", "ccmp"],
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
    )
    options.flavor = "woff2"
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    rename(font, family)
    font.flavor = "woff2"
    font.save(HERE / target)
    print(target, (HERE / target).stat().st_size)


if __name__ == "__main__":
    packages = Path(sys.argv[1])
    make(
        packages / "patrick-hand/files/patrick-hand-latin-400-normal.woff2",
        "Backsight Hand",
        "hand.woff2",
        True,
    )
    make(packages / "literata/files/literata-latin-400-normal.woff2", "Backsight Prose", "prose.woff2", False)
    make(
        packages / "literata/files/literata-latin-400-italic.woff2",
        "Backsight Prose",
        "prose-italic.woff2",
        False,
    )
