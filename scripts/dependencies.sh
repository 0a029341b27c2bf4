#!/bin/sh
# Install the Debian packages that are missing, by purpose. Touches nothing when none is.
#
#   scripts/dependencies.sh build|test|servers|browser|lab|bench...
#
# As root, or with a sudo that asks for no password, it runs apt-get; otherwise it prints the one
# line to run. Status: 0 all there, 1 something is still missing.
set -eu

has_command() { command -v "$1" >/dev/null 2>&1; }
has_header() { [ -e "/usr/include/$1" ] || [ -e "/usr/local/include/$1" ]; }

packages= notes=
need() { # PACKAGE WHAT-FOR CHECK...: note the package unless the check succeeds
    package=$1 purpose=$2
    shift 2
    case " $packages " in *" $package "*) return ;; esac
    if ! "$@"; then
        packages="$packages $package"
        notes="$notes
  $package ($purpose)"
    fi
}

build() {
    need git "fetches the Swift packages" has_command git
    need ca-certificates "lets git trust the servers" [ -d /etc/ssl/certs ]
    need libpcap-dev "captures from interfaces" has_header pcap/pcap.h
    need zlib1g-dev "reads compressed captures" has_header zlib.h
    need libzstd-dev "reads compressed captures" has_header zstd.h
    need liblz4-dev "reads compressed captures" has_header lz4frame.h
    need libssl-dev "asks TLS servers" has_header openssl/ssl.h
    need libncurses-dev "draws the screens" has_header ncurses.h
    need libsqlite3-dev "the index of the casebook" has_header sqlite3.h
}

# `make test` itself is Swift throughout; tests of the host ask real servers and skip without them.
has_program() { has_command "$1" || [ -x "/usr/sbin/$1" ]; }
tests() {
    build
    need python3 "a peer of tests" has_command python3
    need curl "a peer of tests" has_command curl
    need iproute2 "namespaces of tests" has_program ip
    need nftables "drops packets in tests" has_program nft
    need zstd "compresses captures of tests" has_command zstd
    need lz4 "compresses captures of tests" has_command lz4
    need tshark "reads in tests what was written" has_command tshark
    need tcpdump "rotates captures in tests" has_program tcpdump
    need openssl "keys, certificates and peers of tests" has_command openssl
    need haproxy "a peer of tests" has_program haproxy
    need nginx "a peer of tests" has_program nginx
    need apache2-bin "a peer of tests" has_program apache2
    need netcat-openbsd "a health check of tests" has_command nc
    need openjdk-17-jdk-headless "a TLS server that the probes ask" has_command javac
    need dnsmasq-base "a name server that the probes ask" [ -x /usr/sbin/dnsmasq ]
    need unbound "a resolver that the probes ask" [ -x /usr/sbin/unbound ]
    need postfix "a mail server that the probes ask" [ -x /usr/sbin/postfix ]
    need bsdutils "a terminal for tests" has_command script
    need tmux "drives the screens" has_command tmux
}

# Debian starts these as services of the machine, so only who asks for them gets them, CI for one;
# their tests say that they are skipped without.
servers() {
    need dovecot-imapd "a mail server that the probes ask" [ -x /usr/lib/dovecot/imap ]
    need dovecot-pop3d "a mail server that the probes ask" [ -x /usr/lib/dovecot/pop3 ]
    need slapd "a directory that the probes ask" [ -x /usr/sbin/slapd ]
    need postgresql "a database that the probes ask" [ -d /usr/lib/postgresql ]
    need mariadb-server "a database that the probes ask" [ -x /usr/sbin/mariadbd ]
}

# 80 MB to fetch, so only who asks for it gets it, CI for one; its tests say that they are skipped.
browser() {
    need chromium "shows reports in tests" has_command chromium
    need fonts-dejavu-core "letters for it" [ -d /usr/share/fonts/truetype/dejavu ]
}

# Real programs that the lab plays incidents with, beside those of the tests.
lab() {
    tests
    need tcpdump "captures in the lab" has_command tcpdump
    need stunnel4 "a TLS server of the lab" has_command stunnel4
    need libapache2-mod-php "a web application of the lab" \
        [ -n "$(find /usr/lib/apache2/modules -name 'libphp*.so' 2>/dev/null)" ]
    need php-curl "fetches without a deadline" \
        [ -n "$(find /usr/lib/php -name curl.so 2>/dev/null)" ]
    need golang-go "a client of the lab" has_command go
    need nodejs "a client of the lab" has_command node
}

# Peers to measure against, and what the measuring script and its loop are written in.
bench() {
    build
    need python3 "runs the measurements" has_command python3
    need gcc "compiles the counting loop" has_command cc
    need tshark "a peer" has_command tshark
    need tcptrace "a peer" has_command tcptrace
    need argus-server "a peer" has_program argus
    need softflowd "a peer" has_program softflowd
    need iproute2 "its ss is a peer" has_program ss
    need ripgrep "a peer" has_command rg
}

for purpose in "${@:-build}"; do
    case $purpose in
    build | servers | browser | lab | bench) "$purpose" ;;
    test) tests ;;
    *) echo "dependencies.sh: no purpose '$purpose'; build, test, servers, browser, lab, bench" >&2; exit 64 ;;
    esac
done

if ! has_command swift; then
    echo "dependencies: Swift 6.2 or newer is not on the PATH; see https://www.swift.org/install" >&2
    exit 1
fi
packages=${packages# }
[ -n "$packages" ] || exit 0

echo "dependencies: missing Debian packages:$notes" >&2
as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! has_command apt-get || ! has_command sudo || ! sudo -n true 2>/dev/null; then
        echo "dependencies: run this, then try again:" >&2
        echo "  sudo apt-get update && sudo apt-get install -y $packages" >&2
        exit 1
    fi
elif ! has_command apt-get; then
    echo "dependencies: no apt-get here; install what these packages hold: $packages" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of package names
$as_root apt-get update -q >&2 &&
    $as_root apt-get install -q -y --no-install-recommends $packages >&2
