"""A formula and the columns of a file: by their own names in backticks, or by plain ones, hyphens and rater dropped."""

import ast
import re

import polars as pl

from accord.errors import TableError, UsageError
from accord.evidence.panels import formula_names, plain
from accord.measures import names

MOST_COLUMNS = 50
_BASES = ("poly", "bs", "cr", "cs", "cc")
_CALL = re.compile(r"[^\W\d]\w*\s*\(")
_WORD = re.compile(r"[^\W\d][\w.]*(?:-[\w.]+)*")


def resolved(formula: str, table: pl.DataFrame) -> tuple[str, dict[str, str]]:
    """The formula in plain names, and for each column that it uses the column of the file.

    UsageError for a hyphenated column without backticks: it would be read as a subtraction.
    """
    odd = next((sign for sign in formula if not sign.isprintable()), None)
    if odd is not None:
        raise UsageError(f"the formula: the sign {odd!a} has no meaning here; leave it out")
    if formula.count("`") % 2:
        raise UsageError("the formula: a backtick is opened and not closed")
    by_name = _by_name(formula, table.columns)
    parts = formula.split("`")
    written = [_quoted(part, by_name) if k % 2 else _bare(part, table.columns, by_name) for k, part in enumerate(parts)]
    text = "".join(written)
    _within_bounds(text)
    used = {word: by_name[word] for word in re.findall(r"[^\W\d]\w*", text) if word in by_name}
    return text, used


def _by_name(formula: str, columns: list[str]) -> dict[str, str]:
    """Plain name: column. Two columns of one plain name matter only where the formula uses it."""
    found: dict[str, str] = {}
    twice = {}
    for column in columns:
        name = plain(column)
        if name in found:
            twice[name] = (found[name], column)
        found[name] = column
    for name, pair in twice.items():
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", formula):
            formula_names(pair)
    return found


def _quoted(name: str, by_name: dict[str, str]) -> str:
    for short, column in by_name.items():
        if name in (column, short):
            return short
    if plain(name) in by_name:
        return plain(name)
    raise TableError(f"there is no such column; the file has {_some(by_name)}", column=name[:60])


def _bare(part: str, columns: list[str], by_name: dict[str, str]) -> str:
    def told(found: re.Match[str]) -> str:
        word = found[0]
        if "-" in word:
            _refuse_hyphen(word, columns)
            return word
        return plain(word) if word in columns and plain(word) in by_name else word

    return _WORD.sub(told, part)


def _refuse_hyphen(word: str, columns: list[str]) -> None:
    """`x-1` takes something away; `phq-9` is somebody's column."""
    hyphened = [name for name in (*columns, *names()) if "-" in name]
    for name in hyphened:
        if word == name or word.startswith((f"{name}.", f"{name}_")) or name.startswith(f"{word}."):
            raise UsageError(
                f"the formula: {word} would be read as a subtraction; write {plain(word.removesuffix('.client'))}, "
                f"or `{word}` in backticks"
            )


def _within_bounds(text: str) -> None:
    """UsageError for a function that would fill the memory or never end: a basis of a million columns, 9**12**12.

    What else may not stand in a formula is told where it is read.
    """
    if "|" in _outside(text):
        raise UsageError("the formula: a | stands in brackets, as (1 | client): who was measured more than once")
    for found in _CALL.finditer(text):
        call = _balanced(text, found.start(), found.end() - 1)
        try:
            tree = ast.parse(call, mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        for node in ast.walk(tree):
            _bounded(node, call)


def _outside(text: str) -> str:
    """What stands in no bracket."""
    deep, kept = 0, []
    for sign in text:
        deep += {"(": 1, ")": -1}.get(sign, 0)
        kept.append(sign if deep == 0 else " ")
    return "".join(kept)


def _balanced(text: str, start: int, bracket: int) -> str:
    """From the name to the bracket that closes it."""
    deep = 0
    for at in range(bracket, len(text)):
        deep += {"(": 1, ")": -1}.get(text[at], 0)
        if not deep:
            return text[start : at + 1].replace("^", "**")
    return ""


def _bounded(node: ast.AST, call: str) -> None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        if not any(isinstance(each, ast.Name) for each in ast.walk(node.left)):
            raise UsageError(f"the formula: {call[:60]} has a power of a number alone; write the number")
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _BASES:
        sizes = [*node.args[1:], *(each.value for each in node.keywords if each.arg in ("df", "degree"))]
        if not all(isinstance(each, ast.List | ast.Tuple) or _small(each) for each in sizes):
            raise UsageError(f"the formula: {call[:60]}: wanted a number of columns from 1 to {MOST_COLUMNS}")


def _small(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and 0 <= node.value <= MOST_COLUMNS


def groups(formula: str) -> set[str]:
    """The columns that say who, whatever their cells look like."""
    from accord.evidence.mixed.formula import read

    return {name for bar in read(formula).bars for name in bar.group}


def _some(by_name: dict[str, str]) -> str:
    shown = list(by_name)[:12]
    return ", ".join(shown) + (f" and {len(by_name) - 12} more" if len(by_name) > 12 else "")
