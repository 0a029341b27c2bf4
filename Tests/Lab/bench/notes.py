"""The README that a reproduction leaves beside its captures."""

import os


def cell(outcome):
    """A verdict in few words: what was concluded, and whether that is right."""
    verdict = outcome.verdict
    if verdict.is_confident:
        return f"{verdict.verdict} {verdict.leader}"
    return f"{verdict.verdict}, {verdict.leader} first"


def write(played):
    """Write README.md into the folder of what was played."""
    incident = played.incident
    lines = [f"# {incident.name}", "", incident.shows, "",
             f"- Cause: {incident.case or 'none of the casebook'} ({incident.role})",
             f"- Made by: {incident.made_by}", f"- Topology: {incident.topology}",
             f"- Again: `make lab SCENARIO={incident.name}`"]
    if incident.fixed:
        lines.append(f"- Fix: {incident.fixed} (captures that end in `-fixed`)")
    lines += ["", "| look | expected | came out | seconds | command |", "| --- | --- | --- | --- "
              "| --- |"]
    for outcome in played.outcomes:
        command = outcome.verdict.command.replace(played.folder + "/", "")
        lines.append(f"| {outcome.column} | {outcome.expect} | {cell(outcome)} | "
                     f"{outcome.verdict.seconds:.1f} | `{command}` |")
    lines += ["", "Each look left `<look>.diagnosis.json`, the whole answer; host and live looks "
              "also left their evidence, `host.json` and `live.json`, for `--evidence`.", ""]
    for fault in played.faults:
        lines.append(f"Fault: {fault}.")
    with open(os.path.join(played.folder, "README.md"), "w") as handle:
        handle.write("\n".join(lines).rstrip() + "\n")
