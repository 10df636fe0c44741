#!/usr/bin/env bash
# Packs a built program as the release has it: archive.sh VERSION TARGET PROGRAM FOLDER writes
# FOLDER/remperm-VERSION-TARGET.tar.gz with the program, the README and the licence. Refuses a
# program of another version than the one that the archive is named after.
set -euo pipefail

version=$1 target=$2 program=$3 folder=$4
root=$(cd "$(dirname "$0")/../.." && pwd)

told=$("$program" --version)
if [ "${told%$'\r'}" != "remperm $version" ]; then
  echo "the program says \"$told\", and the release is $version: is the tag the version of Cargo.toml?" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$program" "$root/README.md" "$root/LICENSE" "$work"
chmod 755 "$work/$(basename "$program")"
mkdir -p "$folder"
tar -czf "$folder/remperm-$version-$target.tar.gz" -C "$work" "$(basename "$program")" README.md LICENSE
