"""Every error Accord raises on purpose.

    AccordError
    ├── DataError          something in the data is wrong: exit 1 on the command line, a message on a page
    │   ├── DefinitionError    a measure definition that cannot be used: names the file and the field
    │   ├── AnswerError        an answer outside its range: names measure, item and value
    │   └── TableError         a table that cannot be read: names row and column
    ├── UsageError         the caller asked for something that does not exist: exit 2
    └── RefusedError       asked by someone who may not, or against a rule of the practice

Each message says what was found, what was wanted and what to do.
"""


class AccordError(Exception):
    """Root of the tree; catch this to catch everything Accord raises on purpose."""


class DataError(AccordError):
    """The data given cannot be used as they are."""


class DefinitionError(DataError):
    """A measure definition is wrong; says which file and which field."""

    def __init__(self, file: str, field: str, problem: str) -> None:
        self.file, self.field, self.problem = file, field, problem
        super().__init__(f"{file}: field '{field}': {problem}")


class AnswerError(DataError):
    """An answer lies outside what its item allows."""

    def __init__(self, measure: str, item: str, value: object, wanted: str) -> None:
        self.measure, self.item, self.value, self.wanted = measure, item, value, wanted
        super().__init__(f"{measure}, item {item}: got {value!r}, wanted {wanted}")


class TableError(DataError):
    """A table cannot be read, or one of its cells cannot be used."""

    def __init__(self, problem: str, *, row: int | None = None, column: str | None = None) -> None:
        self.problem, self.row, self.column = problem, row, column
        where = ", ".join(
            part for part in (f"row {row}" if row is not None else "", f"column {column!r}" if column else "") if part
        )
        super().__init__(f"{where}: {problem}" if where else problem)


class UsageError(AccordError):
    """The caller asked for something that does not exist, or in a form that cannot be understood."""


class RefusedError(AccordError):
    """The act is against a rule, or the one who asks may not do it."""
