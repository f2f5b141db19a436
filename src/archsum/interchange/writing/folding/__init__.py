"""A graph → what a person would write: shortcuts and paths, blocks with parameters, repeats.

graph ──regions──▶ tree ──variants, runs, sequences──▶ tree with keys ──templates──▶ parameters ──emission──▶ document
"""
