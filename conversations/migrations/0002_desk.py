# The desk: what lists show of a lead, stored; notes, changes, merges, views, scores; search.

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# Full-text search over leads and exchanges. The documents are words that are folded already (see
# conversations.models.words), so both databases only have to keep and to find them.
SQLITE = (
    "CREATE VIRTUAL TABLE conversations_leadwords USING fts5("
    "words, tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
    "CREATE VIRTUAL TABLE conversations_words USING fts5("
    "words, tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
)
POSTGRESQL = (
    "ALTER TABLE conversations_lead ADD COLUMN words tsvector",
    "CREATE INDEX lead_words ON conversations_lead USING gin (words)",
    "ALTER TABLE conversations ADD COLUMN words tsvector",
    "CREATE INDEX conversation_words ON conversations USING gin (words)",
)
NO_SQLITE = ("DROP TABLE conversations_leadwords", "DROP TABLE conversations_words")
NO_POSTGRESQL = (
    "ALTER TABLE conversations_lead DROP COLUMN words",
    "ALTER TABLE conversations DROP COLUMN words",
)


def make_search(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == 'sqlite'
    for statement in SQLITE if on_sqlite else POSTGRESQL:
        schema_editor.execute(statement)


def drop_search(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == 'sqlite'
    for statement in NO_SQLITE if on_sqlite else NO_POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=30)),
                ('before', models.CharField(blank=True, default='', max_length=400)),
                ('after', models.CharField(blank=True, default='', max_length=400)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Day',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('figures', models.JSONField(default=dict)),
                ('counted_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['-day'],
            },
        ),
        migrations.CreateModel(
            name='LeadMerge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('moved', models.JSONField(default=dict, help_text='Model and field → ids of the rows moved.')),
                ('filled', models.JSONField(default=dict, help_text='Field → what the kept lead had before.')),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'merge',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list', models.CharField(default='lead', max_length=50)),
                ('name', models.CharField(max_length=60)),
                ('query', models.TextField(blank=True, default='')),
                ('shared', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ScoreSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('engagement', models.PositiveSmallIntegerField(default=30, help_text='How much they asked and how many profiles they opened.', validators=[django.core.validators.MaxValueValidator(100)])),
                ('fit', models.PositiveSmallIntegerField(default=25, help_text='How well the experts of the last answer fit.', validators=[django.core.validators.MaxValueValidator(100)])),
                ('recency', models.PositiveSmallIntegerField(default=20, help_text='That they were here lately.', validators=[django.core.validators.MaxValueValidator(100)])),
                ('feedback', models.PositiveSmallIntegerField(default=10, help_text='Their votes.', validators=[django.core.validators.MaxValueValidator(100)])),
                ('budget', models.PositiveSmallIntegerField(default=15, help_text='That they named what they would pay.', validators=[django.core.validators.MaxValueValidator(100)])),
                ('half_life_days', models.PositiveSmallIntegerField(default=14, help_text='After so many days without a visit a score has halved.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)])),
                ('hot_from', models.PositiveSmallIntegerField(default=60, help_text='From this score on a lead is hot.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)])),
            ],
            options={
                'verbose_name': 'score settings',
                'verbose_name_plural': 'score settings',
            },
        ),
        migrations.AddField(
            model_name='lead',
            name='budget',
            field=models.DecimalField(decimal_places=2, editable=False, help_text='An hour, at most.', max_digits=10, null=True),
        ),
        migrations.AddField(
            model_name='lead',
            name='budget_currency',
            field=models.CharField(blank=True, default='', editable=False, max_length=3),
        ),
        migrations.AddField(
            model_name='lead',
            name='clicks',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='lead',
            name='company',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AddField(
            model_name='lead',
            name='downs',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='lead',
            name='exchanges',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='lead',
            name='first_source',
            field=models.CharField(blank=True, default='', editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name='lead',
            name='fit',
            field=models.FloatField(default=0, editable=False, help_text='Of the last answer, 0 to 1.'),
        ),
        migrations.AddField(
            model_name='lead',
            name='follow_up_on',
            field=models.DateField(blank=True, null=True, verbose_name='follow up on'),
        ),
        migrations.AddField(
            model_name='lead',
            name='last_source',
            field=models.CharField(blank=True, default='', editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name='lead',
            name='last_words',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        migrations.AddField(
            model_name='lead',
            name='matches',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='lead',
            name='merged_into',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='absorbed', to='conversations.lead'),
        ),
        migrations.AddField(
            model_name='lead',
            name='name',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AddField(
            model_name='lead',
            name='phone',
            field=models.CharField(blank=True, default='', max_length=50),
        ),
        migrations.AddField(
            model_name='lead',
            name='score',
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='lead',
            name='score_parts',
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddField(
            model_name='lead',
            name='scored_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='lead',
            name='shown',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='lead',
            name='stale_since',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, help_text='Last touched, or first seen if never.'),
        ),
        migrations.AddField(
            model_name='lead',
            name='status_changed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='lead',
            name='touched_at',
            field=models.DateTimeField(editable=False, help_text='When the desk last did something about it.', null=True),
        ),
        migrations.AddField(
            model_name='lead',
            name='unanswered',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='lead',
            name='ups',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True)), fields=['-last_seen_at', '-id'], name='lead_recent'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True)), fields=['-score', '-last_seen_at', '-id'], name='lead_hot'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True)), fields=['status', '-last_seen_at', '-id'], name='lead_status'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True)), fields=['owner', '-last_seen_at', '-id'], name='lead_owner'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True)), fields=['owner', 'status', '-score', '-id'], name='lead_queue'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True)), fields=['last_source', '-last_seen_at', '-id'], name='lead_source'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True)), fields=['first_source', '-last_seen_at', '-id'], name='lead_first_source'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True)), fields=['stale_since', '-id'], name='lead_stale'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('follow_up_on__isnull', False)), fields=['follow_up_on', '-id'], name='lead_due'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('unanswered__gt', 0)), fields=['-last_seen_at', '-id'], name='lead_unanswered'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('exchanges__gt', 0), ('matches', 0)), fields=['-last_seen_at', '-id'], name='lead_no_match'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('clicks__gt', 0)), fields=['-last_seen_at', '-id'], name='lead_clicked'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('ups__gt', 0)), fields=['-last_seen_at', '-id'], name='lead_up'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('downs__gt', 0)), fields=['-last_seen_at', '-id'], name='lead_down'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('merged_into__isnull', True), ('touched_at__isnull', True)), fields=['-last_seen_at', '-id'], name='lead_untouched'),
        ),
        migrations.AddField(
            model_name='change',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='lead_changes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='change',
            name='lead',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='conversations.lead'),
        ),
        migrations.AddField(
            model_name='leadmerge',
            name='absorbed_lead',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merged_as', to='conversations.lead'),
        ),
        migrations.AddField(
            model_name='leadmerge',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='leadmerge',
            name='kept',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges', to='conversations.lead'),
        ),
        migrations.AddField(
            model_name='leadmerge',
            name='undone_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='note',
            name='author',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='lead_notes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='note',
            name='lead',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='conversations.lead'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(fields=['lead', '-created_at'], name='change_lead_recent'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['lead', '-created_at'], name='note_lead_recent'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('owner', 'list', 'name'), name='one_view_a_name'),
        ),
        migrations.RunSQL(
            'UPDATE conversations_lead SET stale_since = created_at', migrations.RunSQL.noop
        ),
        migrations.RunPython(make_search, drop_search),
    ]
