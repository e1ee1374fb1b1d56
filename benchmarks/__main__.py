"""`python -m benchmarks [NAME] …`; without a name, all but `quality`, which needs a judged set."""

import sys

from benchmarks import desk, flight, quality, rebuild, retrieval, talk, turn

ALL = {
    "turn": turn.main,
    "retrieval": retrieval.main,
    "rebuild": rebuild.main,
    "flight": flight.main,
    "desk": desk.main,
}
NAMED = ALL | {"quality": quality.main, "talk": talk.main}

if __name__ == "__main__":
    name, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    if name and name not in NAMED:
        sys.exit(f"There is no benchmark {name!r}; there are {', '.join(NAMED)}.")
    for each in [name] if name else list(ALL):
        NAMED[each](arguments)
