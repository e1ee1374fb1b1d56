"""Which demands give way, and when: as few as possible, and only for somebody who truly answers.

A demand leaves nothing not only when nobody meets it. When whoever meets it answers something
else, and somebody who does answer is kept out, the visitor is helped more by that one, openly.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from experts.search.constraints import Constraints

NO_DEMANDS = Constraints()
Relaxation = tuple[Constraints, tuple[str, ...]]  # what is left, and the names of what is let go
ORDER = ("place", "max_hourly_rate", "min_hourly_rate", "currency", "languages")
TIMES = 2.0  # measured by demands that hide all who answer, and by demands that hide some
TIMES_AFAR = 20.0  # for a place, even when somebody there may answer


def is_truly_better(chance: float, other: float, times: float = TIMES) -> bool:
    """Whether one chance to answer is that far above another, in odds."""
    return _odds(chance) >= times * _odds(other)


def _odds(chance: float) -> float:
    return chance / max(1 - chance, 1e-9)


def relaxations(demands: Constraints) -> Iterator[Relaxation]:
    """The demands with as few as possible let go, and their names: a place first, for much can be
    done from afar, and price before language, which is a skill.

    A currency is never let go alone: the amount beside it would be compared with other money.
    """
    names = [name for name in ORDER if name in demands.names()]
    rates = {"max_hourly_rate", "min_hourly_rate"} & set(names)
    for count in range(1, len(names) + 1):
        for let_go in combinations(names, count):
            if "currency" not in let_go or rates <= set(let_go):
                yield (
                    replace(demands, **{name: getattr(NO_DEMANDS, name) for name in let_go}),
                    let_go,
                )
