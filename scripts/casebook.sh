#!/bin/sh
# Check every case file, then diagnose every replay and print who was confirmed on what.
#
#   scripts/casebook.sh PATH-OF-INQUEST
set -eu
cd "$(dirname "$0")/.."
inquest=${1:?usage: casebook.sh PATH-OF-INQUEST}

"$inquest" case lint
"$inquest" case test --healthy Tests/Fixtures/captures
echo "casebook: every case is well formed and every replay gives what its case expects"
