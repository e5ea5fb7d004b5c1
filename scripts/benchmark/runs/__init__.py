"""How many durable runs of three steps are started and completed, against hand-written SQL in a loop."""
