"""The benchmark behind `scripts/bench`: one body of data and works, on our server and on two to compare with."""
