"""Measurement models as lavaan's users write them, as far as this room goes.

    visual  =~ x1 + x2 + x3          # measured by; the first loading is 1 and sets the scale
    textual =~ x4 + NA*x5 + a*x6     # NA* is free, a* carries a label (same label: same number), 0.5* is fixed
    x1 ~~ x4                         # a covariance beside those that are always there

A line ends at a new line or `;` and goes on where it ends in `+`; `#` begins a remark. Anything else is refused by
name.
"""

import re
from typing import NamedTuple

from accord.errors import UsageError

_NAME = re.compile(r"[^\W\d][\w.]*")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_UNKNOWN = {
    ":=": "a defined parameter", "==": "a constraint", "<~": "a composite", "|": "a threshold", "%": "blocks",
    "~": "a regression, mean or intercept", "<": "a constraint", ">": "a constraint", "level": "levels",
}  # fmt: skip


class Term(NamedTuple):
    """One `lhs op rhs`; `value` fixes it, `label` names it, `free` was asked for by NA."""

    lhs: str
    op: str
    rhs: str
    label: str | None
    value: float | None
    free: bool


def parse(text: str) -> list[Term]:
    """Raises UsageError for whatever is not `=~` or `~~`, saying which line."""
    terms = [term for line in _lines(text) for term in _line(line)]
    if not any(term.op == "=~" for term in terms):
        raise UsageError(f"no measurement in the model {text.strip()[:60]!r}; wanted a line like 'factor =~ a + b + c'")
    return terms


def _lines(text: str) -> list[str]:
    bare = [re.sub(r"[#!].*", "", line) for line in re.split(r"[\n;]", text)]
    joined = re.sub(r"([+~*])\s*\n\s*|\s*\n\s*(?=\+)", r"\1 ", "\n".join(line.strip() for line in bare if line.strip()))
    return [line.strip() for line in joined.split("\n") if line.strip()]


def _line(line: str) -> list[Term]:
    found = re.match(r"^([^=~]+?)\s*(=~|~~)(.+)$", line)
    if not found or re.search(r"[~=<>|:%]", found[3]):
        sign = next((sign for sign in _UNKNOWN if sign in line), "")
        what = f": {_UNKNOWN[sign]} ({sign}) is not known here" if sign else ""
        raise UsageError(f"cannot read the line {line!r}{what}; known are 'factor =~ a + b' and 'a ~~ b'")
    names = [part.strip() for part in found[1].split("+")]
    parts = [part.strip() for part in found[3].split("+")]
    return [_term(name, found[2], part, line) for name in names for part in parts]


def _term(name: str, op: str, part: str, line: str) -> Term:
    before, _, rhs = part.rpartition("*")
    before, rhs = before.strip(), rhs.strip()
    for each in (name, rhs):
        if not _NAME.fullmatch(each):
            raise UsageError(f"cannot read {each!r} in the line {line!r}; wanted the name of a column or a factor")
    if not before:
        return Term(name, op, rhs, None, None, False)
    if before == "NA":
        return Term(name, op, rhs, None, None, True)
    if _NUMBER.fullmatch(before):
        return Term(name, op, rhs, None, float(before), False)
    if _NAME.fullmatch(before):
        return Term(name, op, rhs, before, None, False)
    raise UsageError(f"cannot read {before!r} before {rhs!r} in the line {line!r}; wanted a number, a label, or NA")
