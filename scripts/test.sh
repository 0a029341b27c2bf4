#!/bin/sh
# Run every test: the unit tests, then the built program over the casebook and its replays.
set -eu
cd "$(dirname "$0")/.."

scripts/dependencies.sh test
swift build --build-tests
swift test --skip-build --disable-xctest
inquest=$(swift build --show-bin-path)/inquest
"$inquest" --version >/dev/null
scripts/casebook.sh "$inquest"
echo "test: all tests passed"
