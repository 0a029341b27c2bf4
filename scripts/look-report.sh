#!/bin/sh
# Make a report of a capture that ships with the project, and pictures of it as Chromium shows it:
# on a desk and on a telephone, in light and in dark.
#
#   scripts/look-report.sh PATH-OF-INQUEST FOLDER
set -eu
cd "$(dirname "$0")/.."
inquest=${1:?usage: look-report.sh PATH-OF-INQUEST FOLDER}
folder=${2:?usage: look-report.sh PATH-OF-INQUEST FOLDER}
mkdir -p "$folder"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
"$inquest" diagnose --html "$folder/report.html" --symptom ping-works --say "handshakes hang" \
    --capture casebook/tls/blocking-tls-accept-held-by-silent-client/replays/held-by-nc.pcap \
    >"$folder/report.txt" || [ $? -eq 1 ]

shot() { # NAME WIDTH OPTION...: one picture
    name=$1 width=$2
    shift 2
    timeout 120 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars "$@" \
        --user-data-dir="$profile" --window-size="$width",6000 \
        --screenshot="$folder/$name.png" "file://$(realpath "$folder/report.html")" 2>/dev/null
}
for width in 1280 500; do
    shot "light-$width" "$width"
    shot "dark-$width" "$width" --force-dark-mode --blink-settings=preferredColorScheme=0
done
echo "look-report: pictures in $folder"
