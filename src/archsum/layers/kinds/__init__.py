"""The kinds of layer: one family a file, one class a kind. Families are independent of one another."""
