"""Asking a language model, whoever's it is: how long, how often, in which form, at what cost."""
