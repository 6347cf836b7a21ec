"""Roles for staff, asking for a review, and the audit log."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

PUBLISHED = ["exercise", "muscle", "study"]
PARTS = ["claim", "finding", "formcue", "involvement", "section", "stanceaxis", "stanceeffect", "stanceoption"]
SHARED = ["jointaction", "musclegroup"]

# A part of a draft is deleted by whoever may change the draft.
AUTHOR = [
    *(f"{do}_{model}" for model in PUBLISHED + SHARED for do in ("add", "change", "view")),
    *(f"{do}_{model}" for model in PARTS for do in ("add", "change", "delete", "view")),
]
EDITOR = [
    *AUTHOR,
    *(f"publish_{model}" for model in PUBLISHED),
    *(f"delete_{model}" for model in PUBLISHED + SHARED),
    "view_auditentry",
]
ADMINISTRATOR = [*EDITOR, *(f"{do}_user" for do in ("add", "change", "delete", "view"))]


def make_roles(apps, schema_editor):
    """A group for each role, with exactly its permissions."""
    alias = schema_editor.connection.alias
    # Django makes permissions once all migrations have run, which is too late for the groups. It leaves
    # alone those that are there already.
    for label in ("auth", "exercises"):
        config = apps.get_app_config(label)
        config.models_module = True  # or it counts as an app without models
        create_permissions(config, apps=apps, using=alias, verbosity=0)
        config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    roles = {"author": AUTHOR, "editor": EDITOR, "administrator": ADMINISTRATOR}
    for name, codenames in roles.items():
        permissions = Permission.objects.using(alias).filter(
            content_type__app_label__in=["auth", "exercises"], codename__in=codenames
        )
        assert permissions.count() == len(codenames), name
        group, _ = Group.objects.using(alias).get_or_create(name=name)
        group.permissions.set(permissions)


class Migration(migrations.Migration):

    dependencies = [
        ('exercises', '0004_desk'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='exercise',
            options={'ordering': ['order', 'name'], 'permissions': [('publish_exercise', 'Can publish exercises and withdraw them')]},
        ),
        migrations.AlterModelOptions(
            name='muscle',
            options={'ordering': ['group__order', 'order', 'name'], 'permissions': [('publish_muscle', 'Can publish muscles and withdraw them')]},
        ),
        migrations.AlterModelOptions(
            name='study',
            options={'ordering': ['short_name'], 'permissions': [('publish_study', 'Can publish studies and withdraw them')], 'verbose_name_plural': 'studies'},
        ),
        migrations.AddField(
            model_name='exercise',
            name='review_asked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='exercise',
            name='review_asked_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='exercise',
            name='review_note',
            field=models.CharField(blank=True, editable=False, max_length=1000),
        ),
        migrations.AddField(
            model_name='muscle',
            name='review_asked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='muscle',
            name='review_asked_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='muscle',
            name='review_note',
            field=models.CharField(blank=True, editable=False, max_length=1000),
        ),
        migrations.AddField(
            model_name='study',
            name='review_asked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='study',
            name='review_asked_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='study',
            name='review_note',
            field=models.CharField(blank=True, editable=False, max_length=1000),
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('published', 'published'), ('scheduled', 'scheduled'), ('cancelled', 'cancelled what was scheduled'), ('withdrawn', 'withdrew'), ('review', 'asked for review'), ('restored', 'put a draft back'), ('deleted', 'deleted a draft'), ('recovered', 'recovered what was deleted'), ('shared', 'made a link to a draft'), ('account', 'changed an account or its role'), ('sign-in', 'signed in'), ('failed-sign-in', 'failed to sign in')], max_length=20)),
                ('kind', models.CharField(blank=True, choices=[('exercise', 'Exercise'), ('muscle', 'Muscle'), ('study', 'Study'), ('account', 'Account')], max_length=20)),
                ('thing_pk', models.PositiveBigIntegerField(blank=True, null=True)),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='thing')),
                ('note', models.TextField(blank=True)),
                ('by_name', models.CharField(blank=True, max_length=150, verbose_name='who')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'entry of the audit log',
                'verbose_name_plural': 'audit log',
                'ordering': ['-pk'],
                'default_permissions': ['view'],
                'indexes': [models.Index(fields=['at'], name='exercises_a_at_95078a_idx')],
            },
        ),
        migrations.RunPython(make_roles, migrations.RunPython.noop),
    ]
