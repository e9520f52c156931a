"""Makes resources/fonts: the interface's own Chinese font, cut from Noto Sans CJK and renamed.

    pip install fonttools==4.68.0 && python packaging/subset_fonts.py [FOLDER]

FOLDER holds NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc, release 2.004, as Debian 12's package
fonts-noto-cjk installs them (1:20220127+repack1-1). The same source gives the same bytes.

The copy is renamed because a machine may have the whole Noto installed: with one name for both, it would be
chance which of them draws the screen.
"""

import hashlib
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

FAMILY = "Grid Sans SC"
SIMPLIFIED_CHINESE = "Noto Sans CJK SC"
SOURCE = Path("/usr/share/fonts/opentype/noto")
TARGET = Path(__file__).resolve().parent.parent / "resources" / "fonts"
SOURCE_SHA256 = {
    "Regular": "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a",
    "Bold": "faa5f3656a78b2e2d450d27fe8382c778bc2b6bb5ea29c986664a6a435056ceb",
}

# What GBK has is in the block of unified ideographs. The General Standard Chinese Characters (2013, 8,105
# of them, what a name or a place may be written with) has these besides, in the extensions.
STANDARD_BEYOND_GBK = (
    "㑇㑊㕮㘎㘚㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠"
    "䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䞍䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮"
    "𠅤𠙶𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌"
    "𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬"
    "𫚕𫚖𫚭𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩"
    "𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽𬣙𬣞𬣡𬣳𬤇𬤊𬤝"
    "𬨂𬨎𬩽𬪩𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊"
    "𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓"
)
# Latin to box drawing, CJK punctuation, kana and enclosed numbers, ideographs, full-width forms.
BLOCKS = ((0x20, 0x2E80), (0x3000, 0x3100), (0x3200, 0x3400), (0x4E00, 0xA000), (0xFF00, 0xFFEF))
# What a screen written from left to right in simplified Chinese needs: kerning, composition, ligatures.
FEATURES = ["kern", "ccmp", "liga", "calt", "mark", "mkmk"]
VERTICAL_TABLES = ["vhea", "vmtx", "VORG", "BASE"]


def characters(font: TTFont) -> set[int]:
    """Code points to keep: those of BLOCKS that the font has, and the standard's characters beyond them."""
    known = set(font.getBestCmap())
    kept = {code for low, high in BLOCKS for code in range(low, high) if code in known}
    missing = {char for char in STANDARD_BEYOND_GBK if ord(char) not in known}
    if missing:
        sys.exit(f"this Noto Sans CJK lacks {''.join(sorted(missing))}: is it release 2.004?")
    return kept | {ord(char) for char in STANDARD_BEYOND_GBK}


def rename(font: TTFont, style: str) -> None:
    """Gives the font FAMILY's name wherever a font can be asked for one; copyright and licence stay."""
    full = FAMILY if style == "Regular" else f"{FAMILY} {style}"
    post_script = f"{FAMILY.replace(' ', '')}-{style}"
    names = {1: FAMILY, 2: style, 3: f"2.004;{post_script}", 4: full, 6: post_script}
    table = font["name"]
    table.names = [
        record for record in table.names if record.langID == 0x409 and record.nameID not in (7, *names)
    ]
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)
    table.setName(f"Cut from Noto Sans CJK SC {style} 2.004 and renamed for Grid Command.", 10, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [post_script]
    top = cff.topDictIndex[0]
    top.FamilyName, top.FullName = FAMILY, full


def cut(style: str, source: Path) -> Path:
    """Writes one weight's font file and returns its path."""
    data = source.read_bytes()
    if hashlib.sha256(data).hexdigest() != SOURCE_SHA256[style]:
        print(f"{source} is another release than the shipped font was cut from", file=sys.stderr)
    faces = TTCollection(str(source)).fonts
    font = next(face for face in faces if face["name"].getDebugName(1) == SIMPLIFIED_CHINESE)
    options = subset.Options(
        layout_features=FEATURES, hinting=False, notdef_outline=True, name_IDs=["*"], name_languages=["*"]
    )
    options.drop_tables += VERTICAL_TABLES
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters(font))
    subsetter.subset(font)
    rename(font, style)
    font.recalcTimestamp = False
    target = TARGET / f"GridSansSC-{style}.otf"
    font.save(target)
    return target


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    TARGET.mkdir(parents=True, exist_ok=True)
    for style in SOURCE_SHA256:
        target = cut(style, folder / f"NotoSansCJK-{style}.ttc")
        print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
