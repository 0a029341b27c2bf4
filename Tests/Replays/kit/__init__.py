"""Namespaces, services and captures for the replay scenarios (standard library only)."""
