"""The English of the screen, kept with Qt Linguist: the table that is written, and the one that is loaded.

    python packaging/translations.py update     texts of ui/ into grid_command_en.ts; what is translated stays
    python packaging/translations.py release    grid_command_en.ts into grid_command_en.qm
    python packaging/translations.py check      says what the other two would change, and changes nothing

Between the first and the second, fill in the new texts, by hand or in Qt Linguist. A text that ui/ no longer
has is marked vanished and kept, for it may come back; `update --drop` takes such texts out.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import PySide6

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "resources" / "i18n" / "grid_command_en.ts"
LOADED = TABLE.with_suffix(".qm")
GONE = {"vanished", "obsolete"}


def linguist(tool: str, *arguments: str | Path) -> None:
    """Runs one of the tools that PySide6 brings; CalledProcessError carries what it complained of."""
    program = Path(PySide6.__file__).parent / (f"{tool}.exe" if sys.platform == "win32" else tool)
    subprocess.run([program, *arguments], cwd=ROOT, check=True, capture_output=True, text=True)


def update(table: Path, *, drop: bool = False) -> None:
    """Brings the texts that ui/ has now into the table; without line numbers, which change too often."""
    sources = sorted((ROOT / "ui").rglob("*.py"))
    options = ["-silent", "-locations", "none", "-source-language", "zh_CN", "-target-language", "en"]
    linguist("lupdate", *options, *(["-no-obsolete"] if drop else []), *sources, "-ts", table)


def release(table: Path, loaded: Path) -> None:
    linguist("lrelease", "-silent", table, "-qm", loaded)


def texts(table: Path) -> dict[tuple[str, str], str]:
    """(Context, source) → state: `` for done, `unfinished`; those that ui/ no longer has are left out."""
    found = {}
    for context in ET.parse(table).getroot().iter("context"):
        for message in context.iter("message"):
            state = message.find("translation").get("type", "")
            if state not in GONE:
                found[context.findtext("name"), message.findtext("source")] = state
    return found


def check() -> list[str]:
    """What is not as it should be, a line each."""
    faults = []
    before = texts(TABLE)
    with tempfile.TemporaryDirectory() as folder:
        table, loaded = Path(folder) / TABLE.name, Path(folder) / LOADED.name
        shutil.copyfile(TABLE, table)
        update(table)
        after = texts(table)
        release(TABLE, loaded)
        if not LOADED.is_file() or LOADED.read_bytes() != loaded.read_bytes():
            faults.append(f"{LOADED.name} is not made from {TABLE.name} as it stands: run `release`")
    faults += [f"missing, run `update`: {context}: {text}" for context, text in after.keys() - before.keys()]
    faults += [
        f"no longer in ui/, run `update`: {context}: {text}" for context, text in before.keys() - after
    ]
    faults += [f"unfinished: {context}: {text}" for (context, text), state in after.items() if state]
    return sorted(faults)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("act", choices=["update", "release", "check"])
    parser.add_argument("--drop", action="store_true", help="with update: take out texts that ui/ lost")
    asked = parser.parse_args()
    try:
        if asked.act == "check":
            faults = check()
            print("\n".join(faults) or f"{TABLE.name}: {len(texts(TABLE))} texts, all in English")
            return 1 if faults else 0
        if asked.act == "update":
            update(TABLE, drop=asked.drop)
            open_texts = [key for key, state in texts(TABLE).items() if state]
            print("\n".join([f"{TABLE.name}: {len(open_texts)} to translate", *map(": ".join, open_texts)]))
        else:
            release(TABLE, LOADED)
            print(f"{LOADED.name}: {len(texts(TABLE))} texts")
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr or error.stdout or str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
