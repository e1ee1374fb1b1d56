"""What the service says about itself, as staff wrote it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0008_page_language'),
    ]

    operations = [
        migrations.CreateModel(
            name='ServiceText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('cost', 'What it costs'), ('robot', 'Whether this is a robot'), ('privacy', 'What happens to data'), ('how', 'How it works'), ('hours', 'Opening hours'), ('human', 'Speaking to a person')], max_length=10)),
                ('language', models.CharField(choices=[('en', 'English'), ('nl', 'Dutch'), ('fr', 'French')], max_length=2)),
                ('text', models.TextField(help_text='What a visitor reads, as plain text.', max_length=1000)),
            ],
            options={
                'ordering': ['topic', 'language'],
                'constraints': [models.UniqueConstraint(fields=('topic', 'language'), name='one_text_a_language')],
            },
        ),
    ]
