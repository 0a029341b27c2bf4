#!/bin/sh
# Swift's formatter as a judge, and the shell's and Python's own syntax checks.
set -eu
cd "$(dirname "$0")/.."

swift format lint --strict --recursive Sources Tests Package.swift
for script in scripts/*.sh Benchmarks/*.sh Tests/*/*.sh .ci/run; do
    [ ! -e "$script" ] || sh -n "$script"
done
if command -v python3 >/dev/null 2>&1; then
    find Tests Benchmarks -name '*.py' -exec python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)
' {} +
fi
if grep -rnP '[ \t]+$' --include='*.swift' --include='*.md' --include='*.sh' --include='*.py' \
    Sources Tests Benchmarks scripts casebook/README.md; then
    echo "lint: blanks at the ends of the lines above" >&2
    exit 1
fi
echo "lint: clean"
