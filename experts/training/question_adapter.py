"""Learn the question adapter: which profile a name of an occupation means, in any of the languages.

The profiles are frozen: their vectors are those of the product. A question's vector, the middle of
the plain and the adapted one, has to be nearest to its own occupation among all of them; texts that
are no occupation keep the vector that they have.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from experts.errors import ExpertsError
from experts.search.backends.e5_adapter import Adapter
from experts.search.protocols import Vectors
from experts.training.encoder import MASKED, AdaptedEncoder, Questions, ranking
from experts.training.occupations import Occupation

CONTROLS = 150  # general texts that are only measured
NAMES = 2  # of an occupation and language by which progress is measured


@dataclass(frozen=True, slots=True)
class Recipe:
    """What was chosen by measurement; see the README for the figures."""

    rank: int = 16
    first_layer: int = 6
    steps: int = 300
    batch: int = 96
    rate: float = 1e-3  # of AdamW at its height: 20 steps up, then down to a fiftieth
    temperature: float = 0.02
    english: float = 0.4  # weight of English names, which the model knows best; others weigh 1
    first: float = 3.0  # weight of the first directory; others weigh 1
    names: float = 0.3  # share of the steps that compare with other names in place of profiles
    general: int = 24  # general texts a step
    hold: float = 40.0  # weight of the loss that keeps them where they are
    every: int = 50  # steps between two measurements on the occupations to stop by
    seed: int = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """How well the names of one split find their occupation among all of them."""

    mrr: float
    success: float  # share with the right one among the first three
    kept: float  # mean cosine of a general text with its plain vector

    def __str__(self) -> str:
        return f"MRR {self.mrr:.3f}, success@3 {self.success:.3f}, general texts {self.kept:.3f}"


class Training:
    """One run over label files whose occupations have profiles in one or more directories."""

    def __init__(
        self,
        occupations: Sequence[Occupation],
        profiles: Sequence[Vectors],
        general: Sequence[str],
        encoder: AdaptedEncoder,
        questions: Questions,
        recipe: Recipe,
    ) -> None:
        """`profiles`: for each directory its vectors, in the order of the occupations."""
        self.occupations = occupations
        self.recipe = recipe
        self.encoder = encoder
        self.questions = questions
        self.chance = random.Random(recipe.seed)
        self.tables = [torch.from_numpy(vectors) for vectors in profiles]
        self.of_split: dict[str, list[int]] = defaultdict(list)
        for at, occupation in enumerate(occupations):
            self.of_split[occupation.split].append(at)
        self.learnt = [at for at in self.of_split["train"] if occupations[at].names]
        if not self.learnt or not self.of_split["stop"]:
            raise ExpertsError("Labels are needed to train on, and others to stop by.")
        self.controls, self.general = general[:CONTROLS], general[CONTROLS:]
        self.owners: dict[str, set[int]] = defaultdict(set)
        for at in self.learnt:
            for name in occupations[at].names:
                self.owners[name].add(at)
        self.checked = {split: self._some_names(split) for split in ("stop", "test")}
        questions.add([*self.owners, *general])
        questions.add(name for pairs in self.checked.values() for _, name in pairs)
        self.waiting: list[int] = []

    def run(self) -> Iterable[tuple[int, Measured]]:
        """Train; yields what each measurement found. The best adapter is kept in `best`."""
        recipe = self.recipe
        parameters = list(self.encoder.parameters())
        optimizer = torch.optim.AdamW(
            parameters, lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.01
        )
        highest = -1.0
        for step in range(1, recipe.steps + 1):
            warm, left = step / 20, 1 - (step - 1) / recipe.steps
            optimizer.param_groups[0]["lr"] = recipe.rate * min(1.0, warm) * max(0.02, left)
            self._loss().backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            if step % recipe.every == 0 or step == recipe.steps:
                found = self.measured("stop")
                if found.mrr > highest:
                    highest, self.best = found.mrr, self.encoder.adapter()
                yield step, found

    best: Adapter

    def measured(self, split: str) -> Measured:
        owners, names = zip(*self.checked[split], strict=True)
        right = torch.tensor(owners)
        with torch.no_grad():
            asked = ranking(self.questions.plain(names), self.questions.adapted(names, 8))
            ranks = []
            for table in self.tables:
                scores = asked @ table.T
                own = scores[torch.arange(len(right)), right]
                ranks.append((scores > own[:, None]).sum(1).float())
            held = self.questions.adapted(self.controls) * self.questions.plain(self.controls)
        every = torch.cat(ranks)
        return Measured(
            float((1 / (every + 1)).mean()),
            float((every < 3).float().mean()),
            float(held.sum(1).mean()),
        )

    def _loss(self) -> Tensor:
        recipe, chance = self.recipe, self.chance
        if len(self.waiting) < recipe.batch:
            self.waiting = chance.sample(self.learnt, len(self.learnt))
        batch, self.waiting = self.waiting[: recipe.batch], self.waiting[recipe.batch :]
        names = [self._name(at) for at in batch]
        general = chance.sample(self.general, min(recipe.general, len(self.general)))
        vectors = self.questions.adapted([*names, *general])
        asked = ranking(self.questions.plain(names), vectors[: len(names)])
        scores = asked @ self._table().T / recipe.temperature
        place = {at: column for column, at in enumerate(self.learnt)}
        others = torch.zeros_like(scores, dtype=torch.bool)
        for row, (at, name) in enumerate(zip(batch, names, strict=True)):
            for owner in self.owners[name] - {at}:
                others[row, place[owner]] = True  # it means them as well
        right = torch.tensor([place[at] for at in batch])
        loss = functional.cross_entropy(scores.masked_fill(others, MASKED), right)
        if general:
            same = (vectors[len(names) :] * self.questions.plain(general)).sum(1)
            loss = loss + recipe.hold * (1 - same).mean()
        return loss

    def _table(self) -> Tensor:
        """Vectors (learnt, hidden) of the profiles of one directory, or of other names."""
        if self.chance.random() < self.recipe.names:
            return self.questions.plain([self._name(at) for at in self.learnt])
        weights = [self.recipe.first] + [1.0] * (len(self.tables) - 1)
        return self.chance.choices(self.tables, weights)[0][self.learnt]

    def _name(self, at: int) -> str:
        """A name of this occupation; the language comes first, for they differ in how many."""
        by_language = {code: names for code, names in self.occupations[at].labels.items() if names}
        weights = [self.recipe.english if code == "en" else 1.0 for code in by_language]
        return self.chance.choice(self.chance.choices(list(by_language.values()), weights)[0])

    def _some_names(self, split: str) -> list[tuple[int, str]]:
        chance = random.Random(self.recipe.seed)
        return [
            (at, name)
            for at in self.of_split[split]
            for names in self.occupations[at].labels.values()
            for name in chance.sample(names, min(NAMES, len(names)))
        ]
