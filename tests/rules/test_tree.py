"""The tree keeps its own rules: sizes, names, who writes, who reads whose tables, no clock in the domain."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src" / "accord"
WEB = SOURCE / "web"
DOMAIN = ("errors.py", "charts", "tables", "measures", "safety", "fit", "alliance", "outcome", "evidence", "mechanism")
WRITES = {
    "save",
    "create",
    "bulk_create",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
    "bulk_update",
    "flush",
}
FORBIDDEN = {"utils", "helpers", "common", "base", "services", "misc"}


def python_files(*roots: Path) -> Iterator[Path]:
    for root in roots:
        found = [root] if root.is_file() else sorted(root.rglob("*.py"))
        yield from (file for file in found if "migrations" not in file.parts)


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def name_of(file: Path) -> str:
    return str(file.relative_to(REPOSITORY))


def test_functions_and_files_stay_short() -> None:
    long = []
    for file in python_files(SOURCE, REPOSITORY / "tests", REPOSITORY / "bench"):
        if (lines := file.read_text(encoding="utf-8").count("\n")) > 600:
            long.append(f"{name_of(file)}: {lines} lines")
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60:
                long.append(f"{name_of(file)}:{node.lineno} {node.name}")
    assert not long


def test_no_module_is_named_after_nothing() -> None:
    assert not [name_of(file) for file in python_files(SOURCE) if file.stem in FORBIDDEN]


def test_no_file_is_empty() -> None:
    """But for the marks that make a folder a package of migrations."""
    assert not [name_of(file) for file in python_files(SOURCE) if not file.read_text().strip()]


def rooms() -> list[str]:
    return sorted(folder.name for folder in WEB.iterdir() if list(models_of(folder)))


def models_of(room: Path) -> Iterator[Path]:
    """One file, or a folder of the same name."""
    yield from (file for file in python_files(room) if "models" in (file.stem, file.parent.name))


def tables_of(room: str) -> set[str]:
    found = (node for file in models_of(WEB / room) for node in tree_of(file).body)
    return {node.name for node in found if isinstance(node, ast.ClassDef)}


def may_write(file: Path) -> object:
    inside = file.relative_to(WEB).parts
    return {"actions", "models"} & set(inside) or file.name in ("actions.py", "models.py", "fields.py")


@pytest.mark.parametrize("room", rooms())
def test_only_actions_write(room: str) -> None:
    """Outside of actions nothing calls a manager's or a row's writing methods."""
    every_table = set().union(*(tables_of(one) for one in rooms()))
    found = []
    for file in python_files(WEB / room):
        if may_write(file):
            continue
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
                text = ast.unparse(node.func.value)
                writes = node.func.attr in ("save", "delete", "bulk_create") and text != "request.session"
                if writes or ".objects" in text or text.split("(")[0] in every_table:
                    found.append(f"{name_of(file)}:{node.lineno} {ast.unparse(node.func)}")
    assert not found


def test_a_rooms_tables_are_asked_by_that_room_alone() -> None:
    """`Other.objects` of another room stands nowhere: its queries and actions do."""
    home = {table: room for room in rooms() for table in tables_of(room)}
    found = []
    for file in python_files(WEB):
        room = file.relative_to(WEB).parts[0]
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Attribute) and node.attr == "objects" and isinstance(node.value, ast.Name):
                owner = home.get(node.value.id)
                if owner and owner != room:
                    found.append(f"{name_of(file)}:{node.lineno} asks {node.value.id} of {owner}")
    assert not found


def test_views_are_short() -> None:
    long = []
    for file in python_files(WEB):
        if "views" in file.stem:
            for node in tree_of(file).body:
                if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > 26:
                    long.append(f"{name_of(file)}:{node.lineno} {node.name}")
    assert not long


CLOCKS = re.compile(r"\b(datetime|date)\.(now|today|utcnow)\b|\btime\.time\b|\bimport (time|random|socket)\b")


def test_the_domain_reads_no_clock_and_rolls_no_dice() -> None:
    found = []
    for part in DOMAIN:
        for file in python_files(SOURCE / part) if (SOURCE / part).exists() else ():
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                if CLOCKS.search(line):
                    found.append(f"{name_of(file)}:{number}")
    assert not found


MACHINE = re.compile(r"(?<![\w.:/])/(root|home|Users)/\w", re.IGNORECASE)


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of a machine it was written on stands in what is shipped."""
    roots = [SOURCE, REPOSITORY / "docs", REPOSITORY / "script", REPOSITORY / "bench"]
    kinds = ("", ".py", ".md", ".toml", ".html", ".js", ".css")
    texts = [file for root in roots for file in sorted(root.rglob("*")) if file.suffix in kinds]
    found = []
    for file in [*texts, *REPOSITORY.glob("*.md"), REPOSITORY / "pyproject.toml"]:
        if file.is_file():
            lines = file.read_text(encoding="utf-8").splitlines()
            found += [f"{name_of(file)}:{number}" for number, line in enumerate(lines, 1) if MACHINE.search(line)]
    assert not found
