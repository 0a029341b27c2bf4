#!/bin/sh
# Build inquest and diagnose a capture that ships with it.
set -eu
cd "$(dirname "$0")/.."
capture=${1:-casebook/tls/blocking-tls-accept-held-by-silent-client/replays/held-by-nc.pcap}

inquest=$(scripts/build.sh inquest)/inquest
echo
echo "\$ inquest diagnose --capture $capture"
status=0
"$inquest" diagnose --capture "$capture" || status=$?
# 1 says that a case was found, which is the purpose here (interfaces: exit codes).
[ "$status" -le 1 ] || exit "$status"
echo
echo "triage: inquest is built and works: $inquest"
