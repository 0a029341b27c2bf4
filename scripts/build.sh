#!/bin/sh
# Build for release and print the folder of the programs.
#
#   scripts/build.sh [PRODUCT]
#
# Swift's runtime is linked in: that halves the start-up time, and the program runs where no Swift
# is installed. All release builds come through here, as other flags would build everything again.
set -eu
cd "$(dirname "$0")/.."
scripts/dependencies.sh build
set -- -c release --static-swift-stdlib ${1:+--product "$1"}
swift build "$@" >&2
swift build "$@" --show-bin-path
