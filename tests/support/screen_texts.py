"""The texts of ui/ that stand in tr() and translate(), read from the source without lupdate."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Call:
    """One call; ``context`` and ``text`` are empty where no table could hold it, and ``fault`` says why."""

    where: str
    context: str
    text: str
    fault: str = ""
    by_class: bool = False


def calls(source: str, where: str = "") -> Iterator[Call]:
    """Every tr() and translate() of one file's source."""
    yield from _within(ast.parse(source), "", where)


def calls_of_ui() -> list[Call]:
    paths = sorted((ROOT / "ui").rglob("*.py"))
    return [
        call
        for path in paths
        for call in calls(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    ]


def _within(node: ast.AST, class_name: str, where: str) -> Iterator[Call]:
    if isinstance(node, ast.Call):
        at = f"{where}:{node.lineno}"
        match node.func:
            case ast.Attribute(attr="tr", value=owner):
                yield _tr(node, owner, class_name, at)
            case ast.Name(id="tr"):
                yield Call(at, "", "", "tr() is a method: say self.tr() or translate(context, text)")
            case ast.Name(id="translate") | ast.Attribute(attr="translate") if _is_words(node):
                yield _translate(node, at)
    inside = node.name if isinstance(node, ast.ClassDef) else class_name
    for child in ast.iter_child_nodes(node):
        yield from _within(child, inside, where)


def _is_words(node: ast.Call) -> bool:
    """Whether translate() is Qt's for words; painters and shapes have one that moves them."""
    match node.func:
        case ast.Name() | ast.Attribute(value=ast.Name(id="QCoreApplication" | "QApplication")):
            return True
    return any(_text(argument) is not None for argument in node.args)


def _tr(node: ast.Call, owner: ast.expr, class_name: str, at: str) -> Call:
    text = _text(node.args[0]) if node.args else None
    if text is None:
        return Call(at, "", "", "the text must stand in the call as it is")
    if not (isinstance(owner, ast.Name) and owner.id == "self" and class_name):
        return Call(at, "", "", "another object's tr() asks under another name: say self.tr()")
    return Call(at, class_name, text, by_class=True)


def _translate(node: ast.Call, at: str) -> Call:
    said = [_text(argument) for argument in node.args[:2]]
    match said:
        case [str(context), str(text)]:
            return Call(at, context, text)
    return Call(at, "", "", "context and text must stand in the call as they are")


def _text(argument: ast.expr) -> str | None:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
