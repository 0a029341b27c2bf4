#!/bin/sh
# Run every test: the unit tests, then the built program over the casebook and its replays.
set -eu
cd "$(dirname "$0")/.."
step="looking for what is missing"
trap '[ $? -eq 0 ] || echo "test: FAILED while $step" >&2' EXIT

scripts/dependencies.sh test
step="building"
swift build --build-tests
# Tests that start servers and programs come by themselves: side by side with everything else on a
# small machine they would wait for each other longer than their servers live.
peers="ProbesTests HostInspectionTests InquestCommandTests"
step="running the unit tests"
swift test --skip-build --disable-xctest --skip "$(echo $peers | tr ' ' '|')"
for target in $peers; do
    step="running $target"
    swift test --skip-build --disable-xctest --filter "^$target\."
done
step="running the built program over the casebook"
inquest=$(swift build --show-bin-path)/inquest
"$inquest" --version >/dev/null
scripts/casebook.sh "$inquest"
echo "test: all tests passed"
