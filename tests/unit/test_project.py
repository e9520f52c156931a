"""The house rules, as code that explains itself (DESIGN §9.10): each failure says what to do instead."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LONGEST_FILE = 300
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "managers", "manager", "models"}
TOP_LEVEL = {
    *("app", "ui", "resources", "db", "main.py", "pyproject.toml", "packaging", "tests", "docs"),
    *("README.md", "README.zh-CN.md", "ARCHITECTURE.md", "Makefile", "LICENSE"),
    *("requirements.txt", "requirements-unit.txt", ".ci", ".gitignore", ".gitattributes", ".editorconfig"),
}
QT = {"PySide6", "shiboken6", "pyqtgraph"}
NOT_FOR_THE_DESKTOP = {
    *("sqlalchemy", "sqlite3", "sqlcipher3", "alembic", "psycopg"),
    *("http", "urllib", "socket", "requests", "httpx", "aiohttp", "fastapi", "uvicorn"),
}
# Where packages came from is a matter of the machine that installs them, not of the project.
INDEX_ADDRESS = re.compile(
    r"--(?:extra-)?index[-]url|--find[-]links|pythonhosted[.]org|https?://[^\s\"')]+/simple/?(?=[\s\"')]|$)"
    r"|\"resolved\": *\"https?:|\bregistry *= *\"?https?:",
    re.IGNORECASE,
)


def _committed() -> list[Path]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [Path(name) for name in answer.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


COMMITTED = _committed()
SOURCES = [
    path for path in COMMITTED if path.suffix == ".py" and path.parts[0] in {"app", "ui", "db", "main.py"}
]


def _tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and top-level package of every absolute import, also those inside functions."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module.split(".")[0]


def _untranslatable(tree: ast.AST) -> Iterator[int]:
    """Lines where tr() or translate() gets a text that is put together, so that no table can hold it."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in {"tr", "translate"} and any(_put_together(argument) for argument in node.args):
            yield node.lineno


def _put_together(argument: ast.expr) -> bool:
    if isinstance(argument, ast.Call):
        return isinstance(argument.func, ast.Attribute) and argument.func.attr in {"format", "join"}
    return isinstance(argument, (ast.JoinedStr, ast.BinOp))


def _pinned(lock: str) -> dict[str, set[str]]:
    """Package → pinned versions (more than one where they depend on the Python) of a lock file."""
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        pins.setdefault(name, set()).add(version)
    return pins


def _required(group: str | None) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    rows = project["dependencies"] if group is None else project["optional-dependencies"][group]
    return {re.split(r"[\s\[<>=!~;]", row)[0].lower().replace("_", "-") for row in rows}


def test_files_are_short():
    long = {}
    for path in SOURCES:
        lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE and "migrations" not in path.parts:
            long[str(path)] = lines
    assert not long, (
        f"A file does one thing; split these by what they are about (> {LONGEST_FILE} lines): {long}"
    )


def test_names_say_what_is_inside():
    vague = [str(path) for path in COMMITTED if VAGUE_NAMES & {Path(part).stem for part in path.parts}]
    assert not vague, f"Name a file for what it does, a folder for what it is about, not its kind: {vague}"


def test_top_level_is_as_agreed():
    extra = sorted({path.parts[0] for path in COMMITTED} - TOP_LEVEL)
    assert not extra, f"The customer fixed the top level (DESIGN §3); find these a place below it: {extra}"


def test_no_index_address():
    found = []
    for path in COMMITTED:
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font
        found += [f"{path}: {match.group()}" for match in INDEX_ADDRESS.finditer(text)]
    assert not found, f"Where packages come from is each machine's own setting; take these out: {found}"


@pytest.mark.parametrize(
    "line",
    [
        "--extra-" + "index-url https://mirror.example",
        "pip install -i https://mirror.example/pypi/" + "simple",
        '"resolved": ' + '"https://registry.example/leaflet.tgz"',
    ],
)
def test_index_addresses_would_be_seen(line):
    assert INDEX_ADDRESS.search(line)


def test_texts_can_be_translated():
    found = [f"{path}:{line}" for path in SOURCES for line in _untranslatable(_tree(path))]
    assert not found, f"tr() needs the text as it stands in the table; format what it returns: {found}"


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('self.tr(f"待派 {n}")', 1),
        ('self.tr("待派 " + n)', 1),
        ('QCoreApplication.translate("Queue", "待派 {}".format(n))', 1),
        ('self.tr("待派 {}").format(n)', 0),
        ('self.tr("%n 件", "", n)', 0),
    ],
)
def test_untranslatable_texts_would_be_seen(source, count):
    assert len(list(_untranslatable(ast.parse(source)))) == count


def test_qt_stays_in_ui():
    found = [
        f"{path}:{line} {name}"
        for path in SOURCES
        if path.parts[0] != "ui"
        for line, name in _imports(path)
        if name in QT
    ]
    assert not found, f"Only ui/ may know Qt (DESIGN §3); hand these what they need: {found}"


def test_ui_reaches_no_store_and_no_line():
    found = [
        f"{path}:{line} {name}"
        for path in SOURCES
        if path.parts[0] == "ui"
        for line, name in _imports(path)
        if name in NOT_FOR_THE_DESKTOP
    ]
    assert not found, f"ui/ is handed services and never reaches a store or the network itself: {found}"


def test_nothing_imports_main():
    # The import contracts see packages only; main.py is a file, and the top floor.
    found = [f"{path}:{line}" for path in SOURCES for line, name in _imports(path) if name == "main"]
    assert not found, f"main.py stands above everything (DESIGN §3); nothing below may import it: {found}"


def test_locks_hold_every_requirement():
    everything = (
        _required(None) | _required("desktop") | _required("hub") | _required("test") | _required("dev")
    )
    lacking = everything - set(_pinned("requirements.txt"))
    assert not lacking, (
        f"pyproject.toml asks for what requirements.txt does not pin; run `make lock`: {lacking}"
    )
    lacking = (_required(None) | _required("test")) - set(_pinned("requirements-unit.txt"))
    assert not lacking, f"requirements-unit.txt does not pin these; run `make lock`: {lacking}"


def test_unit_lock_is_part_of_the_whole_and_knows_no_qt():
    whole, unit = _pinned("requirements.txt"), _pinned("requirements-unit.txt")
    other = {name for name, versions in unit.items() if whole.get(name) != versions}
    assert not other, f"tests/unit would run with other versions than the program; run `make lock`: {other}"
    qt = {name for name in unit if "qt" in name or name.startswith(("pyside", "shiboken"))}
    assert not qt, f"tests/unit must pass without Qt, so its environment holds none: {qt}"


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-unit.txt"])
def test_every_pin_has_a_hash(lock):
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text().strip())
    bare = [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]
    assert not bare, f"Without a hash a download cannot be told from a forgery; run `make lock`: {bare}"


def test_ci_runs_what_a_developer_runs():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111, ".ci/run must be executable"
    assert "make test" in script.read_text(encoding="utf-8"), (
        ".ci/run and a developer must run the same command"
    )
