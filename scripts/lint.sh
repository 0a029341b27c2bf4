#!/bin/sh
# Swift's formatter as a judge, and the shell's and Python's own syntax checks.
set -eu
cd "$(dirname "$0")/.."
step="checking the format of the Swift files"
trap '[ $? -eq 0 ] || echo "lint: FAILED while $step" >&2' EXIT

swift format lint --strict --recursive Sources Tests Package.swift
step="checking the syntax of the scripts"
for script in scripts/*.sh Tests/*/*.sh .ci/run; do
    [ ! -e "$script" ] || sh -n "$script"
done
if command -v python3 >/dev/null 2>&1; then
    find Tests Benchmarks -name '*.py' -exec python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)
' {} +
fi
step="looking for blanks at the ends of lines"
if grep -rnE '[[:blank:]]+$' --include='*.swift' --include='*.sh' --include='*.py' \
    Sources Tests Benchmarks scripts; then
    exit 1
fi
echo "lint: clean"
