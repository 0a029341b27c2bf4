#!/bin/sh
# Fuzz the code that reads hostile bytes, with libFuzzer.
#
#   Tests/Fuzz/fuzz.sh dissection|capture|analysis SECONDS
#
# The corpus stays in .build/fuzz and grows from run to run; its seeds come from the captures of the
# project. An input that fails is kept in Tests/Fixtures/fuzz/TARGET, where a normal test replays it:
# fix the fault, give the file a name that says what it is.
set -eu
cd "$(dirname "$0")/../.."
usage="usage: fuzz.sh dissection|capture|analysis SECONDS"
target=${1:?$usage}
seconds=${2:?$usage}
out=$PWD/.build/fuzz
corpus=$out/corpus-$target
kept=Tests/Fixtures/fuzz/$target
mkdir -p "$out/plain" "$out/covered" "$corpus" "$kept"

case $target in
dissection) exercise=Tests/DissectionTests/DissectionExercise.swift harness=DissectionFuzzer ;;
capture) exercise=Tests/PacketCaptureTests/CaptureExercise.swift harness=CaptureFuzzer ;;
analysis) exercise=Tests/TrafficAnalysisTests/AnalysisExercise.swift harness=AnalysisFuzzer ;;
*) echo "$usage" >&2; exit 2 ;;
esac

library() { # NAME FOLDER FLAG...: compile Sources/NAME into FOLDER
    name=$1 folder=$2
    shift 2
    swiftc -O -wmo -swift-version 6 -parse-as-library -enable-testing "$@" -I "$folder" \
        -I Sources/CPcap -I Sources/CCompression -enable-upcoming-feature InternalImportsByDefault -module-name "$name" \
        -emit-module -emit-module-path "$folder/$name.swiftmodule" \
        -c -o "$folder/$name.o" $(find Sources/"$name" -name "*.swift")
}

library Dissection "$out/covered" -sanitize=fuzzer
library PacketCapture "$out/covered" -sanitize=fuzzer
if [ "$target" = analysis ]; then
    library Casebook "$out/covered"
    library TrafficAnalysis "$out/covered" -sanitize=fuzzer
fi
swiftc -O -swift-version 6 -parse-as-library -sanitize=fuzzer -I "$out/covered" \
    -I Sources/CPcap -I Sources/CCompression \
    -o "$out/$harness" "$exercise" "Tests/Fuzz/$harness.swift" "$out/covered/"*.o

captures=$(find Tests/Fixtures casebook \( -name '*.pcap' -o -name '*.pcapng' \) -size -64k \
    2>/dev/null || true)
if [ "$target" != dissection ]; then
    for file in $captures; do
        cp "$file" "$corpus/$(cksum <"$file" | tr ' ' -)"
    done
else
    library Dissection "$out/plain"
    library PacketCapture "$out/plain"
    swiftc -O -swift-version 6 -parse-as-library -I "$out/plain" -I Sources/CPcap -I Sources/CCompression \
        -o "$out/seeds" Tests/Fuzz/Seeds.swift "$out/plain/"*.o
    # shellcheck disable=SC2086 # a list of paths without spaces
    "$out/seeds" "$corpus" $captures
fi

# Swift's own crash report would keep libFuzzer from writing the input down.
export SWIFT_BACKTRACE=enable=no
exec nice -n 19 "$out/$harness" -max_total_time="$seconds" -max_len=8192 -timeout=10 \
    -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix="$kept/" "$corpus" "$kept"
