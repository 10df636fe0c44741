#!/usr/bin/env bash
# Writes FOLDER/SHA256SUMS over all archives of a release: checksums.sh FOLDER. Refuses to do so
# while one of the five is missing, so that no half release is published.
set -euo pipefail
cd "$1"

for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-apple-darwin \
  aarch64-apple-darwin x86_64-pc-windows-msvc; do
  set -- remperm-*-"$target".tar.gz
  if [ $# != 1 ] || [ ! -f "$1" ]; then
    echo "there has to be one archive for $target, and there is: $*" >&2
    exit 1
  fi
done
sha256sum remperm-*.tar.gz >SHA256SUMS
