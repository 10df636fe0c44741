#!/usr/bin/env bash
# Tries a packed release where it was built: smoke.sh ARCHIVE unpacks it and runs checks that need
# no cloud. A policy passes against itself, and a narrowed one fails.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xzf "$1" -C "$work"
remperm=$work/remperm
[ -f "$remperm" ] || remperm=$work/remperm.exe

expect() { # CODE ARGUMENT…
  local code=0
  "$remperm" "${@:2}" >"$work/output" || code=$?
  if [ "$code" != "$1" ]; then
    cat "$work/output" >&2
    echo "remperm ${*:2} ended with $code, not with $1" >&2
    exit 1
  fi
}

expect 0 policies user
cp "$work/output" "$work/policy.json"
expect 0 aws check --subject user --identity-policy "$work/policy.json"
expect 1 aws check --subject user --identity-policy "$root/tests/fixtures/policies/narrow-user.json"
expect 2 aws check --no-such-flag
echo "the archive holds a program that works"
