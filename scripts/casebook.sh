#!/bin/sh
# Check every case file, put every case through the gate, and print who led on whose replays.
#
#   scripts/casebook.sh PATH-OF-INQUEST [FILE]     # FILE: the results as JUnit XML too
set -eu
cd "$(dirname "$0")/.."
inquest=${1:?usage: casebook.sh PATH-OF-INQUEST}

"$inquest" case lint
"$inquest" case test --matrix --healthy Tests/Fixtures/captures ${2:+--junit "$2"}
echo "casebook: every case is well formed and has passed the gate"
