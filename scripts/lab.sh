#!/bin/sh
# Play the incidents of the lab that fit into ten minutes, judge every look, print the matrix.
#
#   scripts/lab.sh PATH-OF-INQUEST
set -eu
cd "$(dirname "$0")/.."
inquest=${1:?usage: lab.sh PATH-OF-INQUEST}

if [ "$(id -u)" != 0 ]; then
    echo "lab: not run: network namespaces need root" >&2
    exit 0
fi
scripts/dependencies.sh lab
python3 Tests/Lab/run.py --clean
python3 Tests/Lab/run.py --ci --jobs 8 --program "$inquest"
