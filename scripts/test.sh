#!/bin/sh
# Run every test: the unit tests, then the built program over the casebook and its replays.
set -eu
cd "$(dirname "$0")/.."
step="looking for what is missing"
trap '[ $? -eq 0 ] || echo "test: FAILED while $step" >&2' EXIT

scripts/dependencies.sh test
step="building"
swift build --build-tests
step="running the unit tests"
swift test --skip-build --disable-xctest
step="running the built program over the casebook"
inquest=$(swift build --show-bin-path)/inquest
"$inquest" --version >/dev/null
scripts/casebook.sh "$inquest"
echo "test: all tests passed"
