"""The list of reproductions: one file each, one line here."""

import importlib

LIST = [
    "accept_held", "accept_check", "accept_mtls", "accept_busy", "accept_hung", "accept_queue_full",
    "accept_slow", "accept_dropped", "accept_healthy",
    "close_java12", "close_java13", "close_checks", "close_tickets", "close_cache_off",
    "close_farm", "close_never_offers",
    "cancel_curl", "cancel_java", "cancel_python", "cancel_node", "cancel_go", "cancel_page",
    "cancel_server_resets", "cancel_idle_reset", "cancel_refused", "cancel_no_ban",
    "fetch_php", "fetch_jobs", "fetch_slow", "fetch_long_poll", "fetch_close_wait", "fetch_nat",
    "split_cards", "split_proxy", "split_loss", "split_mtu", "split_hung", "split_healthy",
]


def names():
    """Their names as `make lab SCENARIO=` takes them, in order."""
    return [module.replace("_", "-") for module in LIST]


def named(name):
    """A new one of this name."""
    return importlib.import_module("incidents." + name.replace("-", "_")).Reproduction()
