"""Pictures, which authors add and change, and editors delete as well."""
import django.core.validators
import django.db.models.deletion
from django.contrib.auth.management import create_permissions
from django.db import migrations, models


def extend_roles(apps, schema_editor):
    """The roles that are still there get what is new; one that was deleted stays away."""
    alias = schema_editor.connection.alias
    # As in 0005: Django would make the permissions only after all migrations.
    config = apps.get_app_config("exercises")
    config.models_module = True
    create_permissions(config, apps=apps, using=alias, verbosity=0)
    config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    pictures = Permission.objects.using(alias).filter(content_type__app_label="exercises")
    edit = pictures.filter(codename__in=["add_picture", "change_picture", "view_picture"])
    delete = pictures.filter(codename="delete_picture")
    assert (edit.count(), delete.count()) == (3, 1)
    for group in Group.objects.using(alias).filter(name__in=["author", "editor", "administrator"]):
        group.permissions.add(*edit)
        if group.name != "author":
            group.permissions.add(*delete)


class Migration(migrations.Migration):

    dependencies = [
        ('exercises', '0006_merging'),
    ]

    operations = [
        migrations.AddField(
            model_name='section',
            name='caption',
            field=models.CharField(blank=True, help_text='What to look at in the picture, in a sentence. Author and licence follow by themselves.', max_length=300),
        ),
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(help_text='What staff call it. Readers never see it.', max_length=100, unique=True)),
                ('slug', models.SlugField(help_text='Its name in exported files. It cannot be changed later.', max_length=64, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9]+(-[a-z0-9]+)*$', 'Use lower-case letters, digits and single hyphens, such as toe-angle, for the slug.')])),
                ('alt', models.TextField(blank=True, help_text='What it shows, in a sentence or two, for readers who cannot see it: “Feet high on the plate, knees at a right angle.” Leave out “Picture of”.', max_length=500, verbose_name='alternative text')),
                ('is_decorative', models.BooleanField(default=False, help_text='It adds nothing to the text, so those who cannot see it miss nothing. Then leave the alternative text empty.', verbose_name='decorative')),
                ('author', models.CharField(blank=True, help_text='Who made it. Readers see the name under the picture.', max_length=200)),
                ('licence', models.CharField(blank=True, choices=[('cc0-1.0', 'CC0 1.0: free for any use'), ('cc-by-4.0', 'CC BY 4.0: name the author'), ('cc-by-sa-4.0', 'CC BY-SA 4.0: name the author, share alike'), ('public-domain', 'public domain: its copyright has ended'), ('own', "our own work, under the site's licence (CC BY-SA 4.0)"), ('permission', 'by permission of whoever holds the rights')], help_text='What allows us to show it. If in doubt, ask.', max_length=20)),
                ('source', models.CharField(blank=True, help_text='The address of the page where it was found, if it was: https://…', max_length=500, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])], verbose_name='where it comes from')),
                ('focal_x', models.PositiveSmallIntegerField(default=50, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='from the left, in per cent')),
                ('focal_y', models.PositiveSmallIntegerField(default=50, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='from the top, in per cent')),
                ('master', models.CharField(editable=False, max_length=80)),
                ('width', models.PositiveIntegerField(editable=False)),
                ('height', models.PositiveIntegerField(editable=False)),
                ('renditions', models.JSONField(editable=False)),
            ],
            options={
                'ordering': ['title'],
                'constraints': [models.CheckConstraint(condition=models.Q(('focal_x__lte', 100), ('focal_y__lte', 100)), name='focal_point_within_picture', violation_error_message='The focal point lies within the picture: 0 to 100 per cent.')],
            },
        ),
        migrations.AddField(
            model_name='section',
            name='picture',
            field=models.ForeignKey(blank=True, help_text='It stands above the text. Add it under Pictures first.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sections', to='exercises.picture'),
        ),
        migrations.RunPython(extend_roles, migrations.RunPython.noop),
    ]
