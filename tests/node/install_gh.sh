#!/bin/sh
# Put GitHub's command line at the given place: a link to the one on the PATH, else Debian's package,
# unpacked there. Needs no root: apt keeps its lists beside it.
set -eu
place=$1
mkdir -p "$place"
place=$(cd "$place" && pwd)

if found=$(command -v gh); then
    ln -sf "$found" "$place/gh"
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "The tests need gh (https://cli.github.com): install it, then run make test again." >&2
    exit 1
fi
mkdir -p "$place/lists/partial" "$place/cache/archives/partial"
options="-qq -o Dir::State::Lists=$place/lists -o Dir::Cache=$place/cache -o APT::Sandbox::User= -o Debug::NoLocking=1"
# shellcheck disable=SC2086 # options are words
(cd "$place" && apt-get $options update && apt-get $options download gh)
dpkg-deb --extract "$place"/gh_*.deb "$place/unpacked"
ln -sf "$place/unpacked/usr/bin/gh" "$place/gh"
rm -rf "$place/lists" "$place/cache" "$place"/gh_*.deb
