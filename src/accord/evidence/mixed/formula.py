"""A formula as lme4 writes it: what is explained, by which fixed effects, with which random terms.

    read("y ~ x + (1 + x | client) + (1 | therapist)").bars[0].group      ('client',)

Fixed effects and the left sides of bars are formulaic's language. What it would run as Python is checked first: names,
numbers, arithmetic and a few functions pass, everything else is refused.
"""

import ast
import re
from dataclasses import dataclass
from typing import Any

from accord.errors import UsageError

FUNCTIONS = frozenset(
    ("C", "I", "abs", "bs", "center", "cos", "cr", "cs", "exp", "log", "log10", "log1p", "log2", "poly", "scale")
) | {"sin", "sqrt"}
LONGEST, DEEPEST, HIGHEST_POWER = 2_000, 40, 12
_NODES = (
    ast.Expression, ast.Call, ast.Name, ast.Load, ast.Constant, ast.BinOp, ast.UnaryOp, ast.keyword, ast.Add, ast.Sub,
    ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd, ast.List, ast.Tuple, ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
    ast.Eq, ast.NotEq,
)  # fmt: skip
_CLOSES = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Bar:
    """One random term: what varies between the levels of what; `group` names the columns that together say who."""

    inner: str
    group: tuple[str, ...]

    @property
    def name(self) -> str:
        return ":".join(self.group)

    def __str__(self) -> str:
        return f"({self.inner} | {self.name})"


@dataclass(frozen=True, slots=True)
class Formula:
    """Response, fixed effects and bars of a mixed model."""

    text: str
    response: str
    fixed: str
    bars: tuple[Bar, ...]

    def without(self, bar: Bar) -> "Formula":
        kept = tuple(other for other in self.bars if other is not bar)
        text = " + ".join([f"{self.response} ~ {self.fixed}", *map(str, kept)])
        return Formula(text, self.response, self.fixed, kept)


def read(text: str) -> Formula:
    """The parts of a formula; UsageError where it is none."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise UsageError(
            f"the formula: got {short(text)}, wanted text of at most {LONGEST} signs, as y ~ x + (1 | client)"
        )
    if any(sign in text for sign in "{}\n\\;@"):
        raise UsageError(
            f"the formula {short(text)}: braces, backslashes, ; and @ have no meaning here; leave them out"
        )
    sides = _split(text, "~")
    if len(sides) != 2 or not all(side.strip() for side in sides):
        raise UsageError(
            f"the formula {short(text)}: wanted one ~ with something on both sides, as y ~ x + (1 | client)"
        )
    fixed, bars = _apart(sides[1])
    if not bars:
        raise UsageError(
            f"the formula {short(text)} has no random term; add one, as (1 | client): who was measured more than once"
        )
    return Formula(text.strip(), _name_or_call(sides[0].strip()), fixed, tuple(bars))


def _apart(side: str) -> tuple[str, list[Bar]]:
    """Bars out of the right side, and what is left of it."""
    fixed, bars = [], []
    for sign, part in _terms(side):
        inside = _inside(part)
        if inside is None or len(_split(inside, "|")) < 2:
            fixed.append(f"{sign} {part}")
            continue
        if sign == "-":
            raise UsageError(f"the term {part} is taken away; leave it out instead")
        bars += _bars(inside)
    return " ".join(fixed).lstrip("+ ").strip() or "1", bars


def _bars(inside: str) -> list[Bar]:
    """(x || a/b) is (1 | a) + (0 + x | a) + (1 | a:b) + (0 + x | a:b)."""
    free = "||" in inside
    parts = _split(inside.replace("||", "|"), "|")
    if len(parts) != 2 or not all(part.strip() for part in parts):
        raise UsageError(f"the random term ({inside}): wanted one | with something on both sides, as (1 + x | client)")
    left, right = parts[0].strip(), parts[1].strip()
    lefts = _freed(left) if free else [left]
    return [Bar(one, group) for group in _groups(right) for one in lefts]


def _freed(left: str) -> list[str]:
    """The terms of an uncorrelated bar, each for itself."""
    terms = _terms(left)
    none = any((sign, term) in (("+", "0"), ("-", "1")) for sign, term in terms)
    named = [term for sign, term in terms if sign == "+" and term not in ("0", "1")]
    return ([] if none else ["1"]) + [f"0 + {term}" for term in named]


def _groups(right: str) -> list[tuple[str, ...]]:
    """`a/b` is b within a, and a; `a:b` is each pair of the two."""
    groups: list[tuple[str, ...]] = []
    for part in _split(right, "/"):
        names = tuple(_bare(name) for name in _split(part, ":"))
        groups.append((*groups[-1], *names) if groups else names)
    return groups


def _bare(name: str) -> str:
    name = name.strip()
    plain = name[1:-1] if len(name) > 2 and name[0] == name[-1] == "`" else name
    if not plain or (plain == name and not re.fullmatch(r"[^\W\d][\w.]*", name)):
        raise UsageError(
            f"a random term is grouped by {name or 'nothing'!r}; wanted the name of a column, in `..` if it is odd"
        )
    return plain


def _name_or_call(response: str) -> str:
    if len(_terms(response)) > 1 or response.startswith("("):
        raise UsageError(f"the left side {short(response)}: wanted one column, or a function of one, as log(y)")
    return response


def scan(text: str) -> list[tuple[int, str, int]]:
    """Each sign outside of quotes with its place and how deep in brackets it stands."""
    found, open_, quote = [], [], ""
    for at, sign in enumerate(text):
        if quote or sign in "`'\"":
            quote = "" if sign == quote else quote or sign
            continue
        if sign in "([":
            open_.append(sign)
        elif sign in _CLOSES:
            if not open_ or open_.pop() != _CLOSES[sign]:
                raise UsageError(f"the formula {short(text)}: the {sign} at sign {at + 1} closes nothing")
            found.append((at, sign, len(open_) + 1))
            continue
        found.append((at, sign, len(open_)))
        if len(open_) > DEEPEST:
            raise UsageError(f"the formula {short(text)}: brackets deeper than {DEEPEST}")
    if open_ or quote:
        raise UsageError(f"the formula {short(text)}: {quote or open_[-1]} is opened and never closed")
    return found


def _split(text: str, by: str) -> list[str]:
    places = [at for at, sign, depth in scan(text) if sign == by and depth == 0]
    ends = [*places, len(text)]
    return [text[start:end] for start, end in zip([0, *(at + 1 for at in places)], ends, strict=True)]


def _terms(text: str) -> list[tuple[str, str]]:
    """The terms of a sum, each with its sign."""
    terms, sign, start = [], "+", 0
    marks = [(at, one) for at, one, depth in scan(text) if one in "+-" and depth == 0]
    for at, one in [*marks, (len(text), "+")]:
        term = text[start:at].strip()
        if term:
            terms.append((sign, term))
            sign = "+"
        sign = one if sign == "+" or not term else sign
        start = at + 1
    return terms


def _inside(part: str) -> str | None:
    """What stands in the brackets, if the whole part stands in one pair of them."""
    if not (part.startswith("(") and part.endswith(")")):
        return None
    closes = [at for at, sign, depth in scan(part) if sign == ")" and depth == 1]
    return part[1:-1] if closes == [len(part) - 1] else None


def checked(expression: str) -> str:
    """An expression that formulaic would run, with R's ^ as Python's **; UsageError unless it is harmless."""
    expression = expression.replace("^", "**")
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise UsageError(f"the term {short(expression)} cannot be read; wanted a column or a function of one") from None
    for node in ast.walk(tree):
        _harmless(node, expression)
    return expression


def _harmless(node: Any, expression: str) -> None:
    fault = ""
    if not isinstance(node, _NODES):
        fault = f"{type(node).__name__.lower()} has no meaning in a formula"
    elif isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS):
        fault = f"only these functions are known: {', '.join(sorted(FUNCTIONS))}"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and not _small(node.right):
        fault = f"a power is a number up to {HIGHEST_POWER}"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and _powers(node) > 1:
        fault = "a power of a power; multiply it out"
    elif isinstance(node, ast.Call) and any(getattr(one, "value", -1) not in range(51) for one in node.args[1:]):
        fault = "what follows the column is a number up to 50"
    elif isinstance(node, ast.keyword) and getattr(node.value, "value", -1) not in range(51):
        fault = f"{node.arg} is a number up to 50"
    elif isinstance(node, ast.Constant) and isinstance(node.value, int) and abs(node.value) > 10**12:
        fault = "a number is larger than 10^12"
    elif isinstance(node, ast.Name) and node.id.startswith("__"):
        fault = "names beginning with __ are not columns"
    if fault:
        raise UsageError(f"the term {short(expression)}: {fault}")


def _small(power: ast.AST) -> bool:
    return (
        isinstance(power, ast.Constant) and isinstance(power.value, int | float) and abs(power.value) <= HIGHEST_POWER
    )


def _powers(node: ast.AST) -> int:
    return sum(isinstance(one, ast.Pow) for one in ast.walk(node))


def short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
