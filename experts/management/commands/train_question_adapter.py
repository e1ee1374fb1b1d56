"""Learn what short questions are changed by, from public names of occupations."""

import random
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from experts.errors import ExpertsError
from experts.search.backends import e5_adapter
from experts.search.backends.e5_files import ModelFolder, packaged
from experts.search.backends.e5_format import PackedModel
from experts.search.backends.e5_tokenizer import Tokenizer
from experts.search.backends.multilingual_e5 import MultilingualE5Embedder
from experts.training.occupations import read_occupations, read_profiles, stretches


class Command(BaseCommand):
    help = (
        "Train the adapter of packaged:multilingual-e5-small for short questions. Minutes to half "
        "an hour on two cores; the server does not need it, the weights are shipped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "labels", type=Path, metavar="labels.jsonl",
            help="a line an occupation: username, split (train, stop, test), labels by language",
        )  # fmt: skip
        parser.add_argument(
            "--profiles", type=Path, action="append", required=True, metavar="experts.csv",
            help="the occupations as a directory; once more for each language it is in",
        )  # fmt: skip
        parser.add_argument(
            "--general", type=Path, action="append", default=[], metavar="experts.csv",
            help="other directories, whose texts have to keep their vectors",
        )  # fmt: skip
        parser.add_argument("--out", type=Path, default=e5_adapter.SHIPPED, metavar="adapter.npz")
        parser.add_argument("--steps", type=int, help="of training")
        parser.add_argument("--seed", type=int, help="decides the order of what is learnt")
        parser.add_argument("--threads", type=int, default=1)

    def handle(self, **options: Any) -> None:
        try:
            self._train(options)
        except (ExpertsError, OSError) as error:
            raise CommandError(str(error)) from error

    def _train(self, options: dict[str, Any]) -> None:
        import torch

        from experts.training.encoder import AdaptedEncoder, Questions
        from experts.training.question_adapter import Recipe, Training

        torch.set_num_threads(options["threads"])
        chosen = {name: options[name] for name in ("steps", "seed") if options[name] is not None}
        recipe = Recipe(**chosen)
        torch.manual_seed(recipe.seed)
        occupations = read_occupations(options["labels"])
        directories = [read_profiles(path) for path in options["profiles"]]
        others = [read_profiles(path) for path in options["general"]]
        texts = [each for directory in (*directories, *others) for each in directory.values()]
        general = stretches(texts, random.Random(recipe.seed))
        embedder = MultilingualE5Embedder(settings.DATA_DIR / "models")
        self.stdout.write("Embedding the profiles")
        vectors = [
            embedder.embed_profiles([directory[each.username] for each in occupations])
            for directory in directories
        ]
        del embedder
        model = PackedModel(packaged())
        tokenizer = Tokenizer(ModelFolder(settings.DATA_DIR / "models").ready())
        encoder = AdaptedEncoder(model, recipe.rank, recipe.first_layer)
        questions = Questions(encoder, tokenizer)
        training = Training(occupations, vectors, general, encoder, questions, recipe)
        self.stdout.write(f"Before: {training.measured('stop')}")
        for step, found in training.run():
            self.stdout.write(f"Step {step}: {found}")
        training.best.write(options["out"])
        self.stdout.write(
            f"{options['out']} is written; fit_calibration and rebuild_index are next."
        )
