"""The glossary, and who on the staff may do what with it."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

AUTHOR = ["add_term", "change_term", "view_term"]
EDITOR = [*AUTHOR, "delete_term", "publish_term"]
ROLES = {"author": AUTHOR, "editor": EDITOR, "administrator": EDITOR}


def add_rights(apps, schema_editor):
    """Let each role do with terms what it does with studies."""
    alias = schema_editor.connection.alias
    # As in 0005_roles: Django makes permissions only after all migrations.
    config = apps.get_app_config("exercises")
    config.models_module = True
    create_permissions(config, apps=apps, using=alias, verbosity=0)
    config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, codenames in ROLES.items():
        permissions = Permission.objects.using(alias).filter(
            content_type__app_label="exercises", codename__in=codenames
        )
        assert permissions.count() == len(codenames), name
        for group in Group.objects.using(alias).filter(name=name):
            group.permissions.add(*permissions)


class Migration(migrations.Migration):

    dependencies = [
        ('exercises', '0010_running'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('has_changes', models.BooleanField(default=False, editable=False, help_text='Whether publishing now would change what readers see.', verbose_name='unpublished changes')),
                ('review_asked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('review_note', models.CharField(blank=True, editable=False, max_length=1000)),
                ('name', models.CharField(help_text='In lower case, as inside a sentence.', max_length=100, verbose_name='term')),
                ('aliases', models.TextField(blank=True, help_text='Other names, one to a line.', verbose_name='other words for it')),
                ('slug', models.SlugField(help_text="The page's address: /glossary/concentric/. Texts link it with [[term:concentric]].", max_length=64, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9]+(-[a-z0-9]+)*$', 'Use lower-case letters, digits and single hyphens, such as toe-angle, for the slug.')])),
                ('definition', models.TextField(help_text='What it means, in a sentence or two, for somebody who has never heard it. Plain text: readers see it beside the word, wherever a text links it.', max_length=600)),
            ],
            options={
                'ordering': ['name'],
                'permissions': [('publish_term', 'Can publish terms and withdraw them')],
            },
        ),
        migrations.CreateModel(
            name='TermUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='publication',
            name='publication_of_one_thing',
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='kind',
            field=models.CharField(blank=True, choices=[('exercise', 'Exercise'), ('muscle', 'Muscle'), ('study', 'Study'), ('term', 'Term'), ('account', 'Account')], max_length=20),
        ),
        migrations.AlterField(
            model_name='muscle',
            name='function',
            field=models.TextField(blank=True, help_text='What it does. Markdown: **bold**, *italic*, lists with -, [words](https://address). Link a muscle with [[muscle:gluteus-maximus]] or [[muscle:gluteus-maximus|your words]], and a word of the glossary with [[term:concentric]]. Cite a study with [[study:da-silva-2008]].'),
        ),
        migrations.AlterField(
            model_name='muscle',
            name='location',
            field=models.TextField(blank=True, help_text='Where it lies. Markdown: **bold**, *italic*, lists with -, [words](https://address). Link a muscle with [[muscle:gluteus-maximus]] or [[muscle:gluteus-maximus|your words]], and a word of the glossary with [[term:concentric]]. Cite a study with [[study:da-silva-2008]].'),
        ),
        migrations.AlterField(
            model_name='previewlink',
            name='kind',
            field=models.CharField(choices=[('exercise', 'Exercise'), ('muscle', 'Muscle'), ('study', 'Study'), ('term', 'Term')], max_length=20),
        ),
        migrations.AlterField(
            model_name='publication',
            name='kind',
            field=models.CharField(choices=[('exercise', 'Exercise'), ('muscle', 'Muscle'), ('study', 'Study'), ('term', 'Term')], max_length=20),
        ),
        migrations.AlterField(
            model_name='revision',
            name='kind',
            field=models.CharField(choices=[('exercise', 'Exercise'), ('muscle', 'Muscle'), ('study', 'Study'), ('term', 'Term')], max_length=20),
        ),
        migrations.AlterField(
            model_name='section',
            name='body',
            field=models.TextField(blank=True, help_text='Markdown: **bold**, *italic*, lists with -, [words](https://address). Link a muscle with [[muscle:gluteus-maximus]] or [[muscle:gluteus-maximus|your words]], and a word of the glossary with [[term:concentric]]. Cite a study with [[study:da-silva-2008]].'),
        ),
        migrations.AddField(
            model_name='term',
            name='merged_into',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='exercises.term'),
        ),
        migrations.AddField(
            model_name='term',
            name='review_asked_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='publication',
            name='term',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='publications', to='exercises.term'),
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(fields=['term', '-live_from', '-number'], name='exercises_p_term_id_64abb0_idx'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('exercise__isnull', False), ('kind', 'exercise'), ('muscle', None), ('study', None), ('term', None)), models.Q(('exercise', None), ('kind', 'muscle'), ('muscle__isnull', False), ('study', None), ('term', None)), models.Q(('exercise', None), ('kind', 'study'), ('muscle', None), ('study__isnull', False), ('term', None)), models.Q(('exercise', None), ('kind', 'term'), ('muscle', None), ('study', None), ('term__isnull', False)), _connector='OR'), name='publication_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.UniqueConstraint(fields=('term', 'number'), name='term_version_once'),
        ),
        migrations.AddField(
            model_name='termuse',
            name='publication',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='term_uses', to='exercises.publication'),
        ),
        migrations.AddField(
            model_name='termuse',
            name='term',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='exercises.term'),
        ),
        migrations.AddConstraint(
            model_name='termuse',
            constraint=models.UniqueConstraint(fields=('publication', 'term'), name='term_use_once'),
        ),
        migrations.RunPython(add_rights, migrations.RunPython.noop),
    ]
