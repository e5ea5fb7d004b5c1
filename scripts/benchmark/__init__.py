"""The benchmark behind `scripts/bench`: the same data and works on this server, on a hand-written and on a plain one."""
