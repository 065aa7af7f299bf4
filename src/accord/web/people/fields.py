"""Text that is encrypted where it is stored, bound to its table, column and row."""

from typing import Any

from django.conf import settings
from django.db import models

IDENTIFYING, SENSITIVE, PLAIN = "identifying", "sensitive", "plain"


class Sealed(str):
    """Ciphertext: what the database holds. It is opened only on a row, which knows its own key."""

    __slots__ = ()


class _Opener:
    """Opens a sealed value the first time somebody reads it from its row."""

    def __init__(self, field: "SealedText") -> None:
        self.field = field

    def __get__(self, row: models.Model | None, owner: type) -> Any:
        if row is None:
            return self
        if self.field.attname not in row.__dict__:
            row.refresh_from_db(fields=[self.field.attname])
        value = row.__dict__[self.field.attname]
        if isinstance(value, Sealed):
            value = row.__dict__[self.field.attname] = settings.KEYS.open(value, self.field.place(row))
        return value

    def __set__(self, row: models.Model, value: Any) -> None:
        row.__dict__[self.field.attname] = value


class SealedText(models.TextField):  # type: ignore[type-arg]
    """Free text, a name or a contact. Cannot be filtered or sorted by the database, and says so."""

    def place(self, row: models.Model) -> str:
        return f"{self.model._meta.db_table}.{self.column}.{row.pk}"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, name, _Opener(self))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = getattr(model_instance, self.attname)
        return None if value is None else Sealed(settings.KEYS.seal(value, self.place(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Sealed):
            return value
        raise TypeError(
            f"{self.model.__name__}.{self.name} is encrypted: write it by save() or bulk_create(), not update()"
        )

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(
                f"{self.model.__name__}.{self.name} is encrypted: it cannot be searched, only tested for null"
            )
        return super().get_lookup(lookup_name)
