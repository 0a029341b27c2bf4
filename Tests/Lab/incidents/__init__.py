"""The list of reproductions: one file each, one line here."""

import importlib

LIST = [
    "accept_held", "accept_check", "accept_mtls", "accept_hung", "accept_queue_full",
    "accept_slow", "accept_dropped", "accept_healthy",
    "close_java12", "close_java13", "close_checks", "close_tickets", "close_cache_off",
    "close_farm", "close_never_offers",
]


def names():
    """Their names as `make lab SCENARIO=` takes them, in order."""
    return [module.replace("_", "-") for module in LIST]


def named(name):
    """A new one of this name."""
    return importlib.import_module("incidents." + name.replace("-", "_")).Reproduction()
