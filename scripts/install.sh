#!/bin/sh
# Build for release and install the program, the casebook and the licence.
#
#   scripts/install.sh DESTDIR PREFIX
set -eu
cd "$(dirname "$0")/.."
destdir=$1 prefix=${2:?usage: install.sh DESTDIR PREFIX}
case $prefix in
/*) ;;
*) echo "install: PREFIX must be an absolute path, not '$prefix'" >&2; exit 64 ;;
esac

built=$(scripts/build.sh inquest)/inquest
share=$destdir$prefix/share
install -d "$destdir$prefix/bin" "$share/inquest" "$share/doc/inquest"
install -m 755 "$built" "$destdir$prefix/bin/inquest"
strip --strip-debug "$destdir$prefix/bin/inquest" 2>/dev/null || true
install -m 644 LICENSE "$share/doc/inquest/LICENSE"

# The old casebook goes first: a case that was retired must not linger.
rm -rf "$share/inquest/casebook" "$share/inquest/schemas"
cp -R casebook schemas "$share/inquest"
chmod -R u=rwX,go=rX "$share/inquest/casebook" "$share/inquest/schemas"
echo "install: $destdir$prefix/bin/inquest and $share/inquest/casebook"
