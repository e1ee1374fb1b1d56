"""`python -m benchmarks [turn|rebuild|desk] …`; without a name, all of them."""

import sys

from benchmarks import desk, rebuild, turn

ALL = {"turn": turn.main, "rebuild": rebuild.main, "desk": desk.main}

if __name__ == "__main__":
    name, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    if name and name not in ALL:
        sys.exit(f"There is no benchmark {name!r}; there are {', '.join(ALL)}.")
    for each in [name] if name else list(ALL):
        ALL[each](arguments)
