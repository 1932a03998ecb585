#!/usr/bin/env bash
# Builds the pulumi CLI from its Go modules, for a machine that cannot reach Pulumi's own downloads: about 3 minutes
# on 2 cores, seconds once Go's build cache knows it. Prints the folder that holds the program, and nothing else, to
# standard output. Needs Go 1.25.11 or newer on PATH and a Go module proxy.
#
# usage: scripts/build-pulumi.sh   PULUMI_BUILD_DIR names the folder (default: the user's cache folder)
set -euo pipefail

# The newest version of which the module proxy has pkg/v3.
version=v3.259.0
cache=${PULUMI_BUILD_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ecommerce-platform/pulumi-built}
program=$cache/bin/pulumi

if [[ $("$program" version 2>/dev/null) == "$version" ]]; then
  echo "$cache/bin"
  exit 0
fi
if ! command -v go >/dev/null; then
  echo 'go is not on PATH: install Go 1.25.11 or newer, or the pulumi CLI itself' >&2
  exit 1
fi

mkdir -p "$cache/bin" "$cache/module"
cd "$cache/module"
# pulumi's own go.mod has this replacement, which a module that requires it must repeat.
cat >go.mod <<MODULE
module pulumi.build

go 1.25.11

require (
	github.com/pulumi/pulumi/pkg/v3 $version
	github.com/pulumi/pulumi/sdk/v3 $version
)

replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e
MODULE
# The checksums that pulumi itself was released with.
source=$(GOFLAGS=-mod=mod go mod download -json "github.com/pulumi/pulumi/pkg/v3@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
cat "$source/go.sum" >>go.sum

# Built beside its place and moved: whoever finds it finds it whole.
go build -mod=mod -tags osusergo,grpcnotrace \
  -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
  -o "$program.$$" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
mv "$program.$$" "$program"
echo "$cache/bin"
