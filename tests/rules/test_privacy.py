"""Every column says what it holds, and what names a person or is free text is encrypted where it is stored."""

from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import connection, models

from accord.web.people.fields import SealedText
from accord.web.people.models import Client
from tests.cast import Cast

KINDS = {"identifying", "sensitive", "plain"}
OPEN_BY_DESIGN = {
    "people.Account.email",  # staff sign in by it
    "people.Account.password",  # a hash
    "people.Member.account",
    "people.Member.code",  # blind indexes
    "people.Client.email_index",
    "people.Client.code",
    "alliance.Intake.file_name",
}


def our_models() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models() if model.__module__.startswith("accord."))


def test_every_field_is_declared() -> None:
    for model in our_models():
        declared = model.privacy  # type: ignore[attr-defined]
        assert {field.name for field in model._meta.fields} == set(declared), model.__name__
        assert set(declared.values()) <= KINDS


def test_what_identifies_is_encrypted() -> None:
    for model in our_models():
        for field in model._meta.fields:
            label = f"{model._meta.label}.{field.name}"
            if model.privacy[field.name] == "identifying" and label not in OPEN_BY_DESIGN:  # type: ignore[attr-defined]
                assert isinstance(field, SealedText), label


def test_free_text_is_encrypted() -> None:
    for model in our_models():
        for field in model._meta.fields:
            if isinstance(field, models.TextField):
                assert isinstance(field, SealedText), f"{model._meta.label}.{field.name}"


def raw(column: str, table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from {table}")
        return [row[0] for row in cursor.fetchall()]


def test_no_name_stands_in_the_database(cast: Cast) -> None:
    assert Client.objects.get(pk=cast.ada.pk).name == "Ada Lovell"
    assert not [value for value in raw("name", "people_client") if "Lovell" in value]


def test_a_sealed_value_moved_to_another_row_does_not_open(cast: Cast) -> None:
    with connection.cursor() as cursor:
        taken = "(select name from people_client where id = %s)"
        cursor.execute(f"update people_client set name = {taken}", [cast.ada.pk.hex])
    with pytest.raises(InvalidTag):
        _ = Client.objects.get(pk=cast.bo.pk).name


def test_a_sealed_field_says_that_it_cannot_be_searched(db: None) -> None:
    with pytest.raises(TypeError, match="cannot be searched"):
        Client.objects.filter(name="Ada Lovell").exists()
    with pytest.raises(TypeError, match="not update"):
        Client.objects.update(name="Ada Lovell")
