"""The words by which the database finds an offer, and the region of a licence as it is compared."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from accord.fit.needs import folded

KINDS = {
    "method": "methods",
    "language": "languages",
    "format": "formats",
    "insurer": "insurers",
    "time": "times",
    "extra": "extras",
}
AT_ONCE = 200


def write_words(apps, schema_editor):
    """For what is stored already; from now on the actions do it."""
    Offer, OfferWord = apps.get_model("fit", "Offer"), apps.get_model("fit", "OfferWord")
    for one in Offer.objects.iterator(chunk_size=AT_ONCE):
        said = {kind: getattr(one, field) for kind, field in KINDS.items()}
        said["gender"] = [one.gender] if one.gender else []
        found = {(kind, folded(word)): word for kind, words in said.items() for word in sorted(words, reverse=True)}
        at = {"practice_id": one.practice_id, "offer_id": one.pk}
        rows = [OfferWord(kind=kind, word=word, spelled=spelled, **at) for (kind, word), spelled in found.items()]
        OfferWord.objects.bulk_create(rows)


def write_regions(apps, schema_editor):
    Credential = apps.get_model("fit", "Credential")
    for region in Credential.objects.order_by().values_list("region", flat=True).distinct():
        Credential.objects.filter(region=region).update(region_word=folded(region))


class Migration(migrations.Migration):
    dependencies = [
        ("fit", "0002_meetings"),
        ("people", "0002_whose_address"),
    ]

    operations = [
        migrations.AddField(
            model_name="credential",
            name="region_word",
            field=models.CharField(default="", max_length=240),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="OfferWord",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("method", "method"),
                            ("language", "language"),
                            ("format", "format"),
                            ("insurer", "insurer"),
                            ("time", "time"),
                            ("gender", "gender"),
                            ("extra", "extra"),
                        ],
                        max_length=8,
                    ),
                ),
                ("word", models.CharField(max_length=240)),
                ("spelled", models.CharField(max_length=240)),
                (
                    "offer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="fit.offer",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.practice"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "word", "offer", "spelled"], name="offers_by_word")],
                "constraints": [
                    models.UniqueConstraint(fields=("offer", "kind", "word"), name="one_row_per_word_of_an_offer")
                ],
            },
        ),
        migrations.RunPython(write_words, migrations.RunPython.noop),
        migrations.RunPython(write_regions, migrations.RunPython.noop),
    ]
