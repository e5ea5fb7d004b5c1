"""Drawings of an application as SVG: pure functions from what is drawn to shapes with their places."""
