#!/bin/sh
# Fuzz the code that reads hostile bytes, with libFuzzer.
#
#   Tests/Fuzz/fuzz.sh TARGET SECONDS
#   Tests/Fuzz/fuzz.sh keep TARGET
#
# A target is one dissector (a name of `dissectorExercises`), `dissection` for all of them, a reader
# (`pcap`, `pcapng`), `compression` or `analysis`; `list` prints them.
# The corpus stays in .build/fuzz and grows from run to run; its seeds come from the captures of the
# project, and from what `keep` has put into Tests/Fixtures/fuzz/corpus: the smallest inputs that
# together reach what the corpus reaches, up to 128 KiB a target. `FuzzCorpusTests` run them all.
# An input that fails is kept in Tests/Fixtures/fuzz/FOLDER, where a normal test replays it: fix the
# fault, give the file a name that says what it is.
set -eu
cd "$(dirname "$0")/../.."
exercise=Tests/DissectionTests/DissectionExercise.swift
dissectors=$(sed -n '/^let dissectorExercises/,/^]/p' $exercise | grep -o '"[a-z-]*"' | tr -d '"')
usage="usage: fuzz.sh TARGET SECONDS | fuzz.sh keep TARGET | fuzz.sh list"
mode=fuzz
target=${1:?$usage}
case $target in
list) echo "$dissectors" && printf '%s\n' pcap pcapng compression analysis && exit ;;
keep) mode=keep && target=${2:?$usage} && seconds=0 ;;
*) seconds=${2:?$usage} ;;
esac
case $target in
pcap | pcapng)
    kept=capture exercise=Tests/PacketCaptureTests/CaptureExercise.swift harness=CaptureFuzzer ;;
compression)
    kept=compression harness=CompressionFuzzer
    exercise=Tests/PacketCaptureTests/CompressionExercise.swift ;;
analysis)
    kept=analysis exercise=Tests/TrafficAnalysisTests/AnalysisExercise.swift
    harness=AnalysisFuzzer ;;
*)
    kept=dissection harness=DissectionFuzzer
    if [ "$target" != dissection ]; then
        echo "$dissectors" | grep -qx -e "$target" || { echo "$usage" >&2; exit 2; }
        export FUZZ_DISSECTOR="$target"
    fi ;;
esac
out=$PWD/.build/fuzz
corpus=$out/corpus-$target
kept=Tests/Fixtures/fuzz/$kept
archive=$PWD/Tests/Fixtures/fuzz/corpus/$target.tar.gz
mkdir -p "$out/plain" "$out/covered" "$corpus" "$kept" "${archive%/*}"
includes="-I Sources/CPcap -I Sources/CCompression -I Sources/CPrefetch"

library() { # NAME FOLDER FLAG...: compile Sources/NAME into FOLDER when it is older
    name=$1 folder=$2
    shift 2
    [ -f "$folder/$name.o" ] && [ -z "$(find Sources -name '*.swift' -newer "$folder/$name.o" \
        \( -path 'Sources/Casebook/*' -o -path 'Sources/Dissection/*' -o \
        -path 'Sources/PacketCapture/*' -o -path 'Sources/TrafficAnalysis/*' \))" ] && return
    # shellcheck disable=SC2046,SC2086 # lists of paths without spaces
    swiftc -O -wmo -swift-version 6 -parse-as-library -enable-testing "$@" -I "$folder" \
        $includes -enable-upcoming-feature InternalImportsByDefault -module-name "$name" \
        -emit-module -emit-module-path "$folder/$name.swiftmodule" \
        -c -o "$folder/$name.o" $(find Sources/"$name" -name "*.swift")
}

library Dissection "$out/covered" -sanitize=fuzzer
library PacketCapture "$out/covered" -sanitize=fuzzer
objects="$out/covered/Dissection.o $out/covered/PacketCapture.o"
if [ "$target" = analysis ]; then
    library Casebook "$out/covered"
    library TrafficAnalysis "$out/covered" -sanitize=fuzzer
    objects="$objects $out/covered/Casebook.o $out/covered/TrafficAnalysis.o"
fi
# shellcheck disable=SC2086 # lists of paths without spaces
swiftc -O -swift-version 6 -parse-as-library -sanitize=fuzzer -I "$out/covered" $includes \
    -o "$out/$harness" "$exercise" "Tests/Fuzz/$harness.swift" $objects

seed() { # the captures of the project, as the target wants them
    captures=$(find Tests/Fixtures casebook \( -name '*.pcap' -o -name '*.pcapng' \) -size -64k)
    case $target in
    pcap | pcapng | analysis)
        for file in $captures; do
            case $target in analysis | "${file##*.}") ;; *) continue ;; esac
            cp "$file" "$corpus/$(cksum <"$file" | tr ' ' -)"
        done ;;
    compression)
        for file in $(echo "$captures" | head -40); do
            name=$(cksum <"$file" | tr ' ' -)
            gzip -cn "$file" >"$corpus/$name-gzip"
            zstd -qc --check "$file" >"$corpus/$name-zstd"
            lz4 -qc "$file" >"$corpus/$name-lz4"
        done ;;
    *)
        library Dissection "$out/plain"
        library PacketCapture "$out/plain"
        # shellcheck disable=SC2086 # lists of paths without spaces
        swiftc -O -swift-version 6 -parse-as-library -I "$out/plain" $includes \
            -o "$out/seeds" Tests/Fuzz/Seeds.swift "$exercise" "$out/plain/"*.o
        # shellcheck disable=SC2086 # a list of paths without spaces
        "$out/seeds" "$corpus" $captures ;;
    esac
    if [ -f "$archive" ]; then tar -xzf "$archive" -C "$corpus"; fi
}

# Swift's own crash report would keep libFuzzer from writing the input down.
export SWIFT_BACKTRACE=enable=no
run="nice -n 19 $out/$harness -max_len=8192 -timeout=10 -rss_limit_mb=1024"

if [ "$mode" = keep ]; then
    small=$(mktemp -d)
    trap 'rm -rf "$small"' EXIT
    mkdir "$small/all" "$small/kept"
    $run -merge=1 "$small/all" "$corpus"
    room=131072
    for name in $(ls -Sr "$small/all"); do
        size=$(wc -c <"$small/all/$name")
        [ "$size" -gt "$room" ] && break
        room=$((room - size))
        mv "$small/all/$name" "$small/kept/"
    done
    (cd "$small/kept" && tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - .) |
        gzip -9n >"$archive"
    exit
fi
seed
# shellcheck disable=SC2086 # a command with its arguments
exec $run -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$kept/" "$corpus" "$kept"
