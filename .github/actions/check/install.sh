#!/usr/bin/env bash
# Installs a released remperm for the machine that this runs on, and puts it into the PATH of the
# steps that follow.
#
# Nothing is installed whose SHA-256 is not the one in the release's SHA256SUMS, and whatever goes
# wrong leaves nothing behind. The sums come from the same place as the archives: they tell of a
# damaged download, not of a release that was tampered with.
#
# Reads INPUT_VERSION, INPUT_BASE_URL, RUNNER_OS, RUNNER_ARCH, RUNNER_TEMP and GITHUB_PATH.
set -euo pipefail

fail() {
  echo "::error title=remperm could not be installed::$1" >&2
  exit 2
}

# No archive is near this size, in bytes.
largest=100000000

version=${INPUT_VERSION#v}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
  fail "the version is no release of remperm: give it as 0.1.0"

case "$RUNNER_OS/$RUNNER_ARCH" in
  Linux/X64) target=x86_64-unknown-linux-musl ;;
  Linux/ARM64) target=aarch64-unknown-linux-musl ;;
  macOS/X64) target=x86_64-apple-darwin ;;
  macOS/ARM64) target=aarch64-apple-darwin ;;
  Windows/X64) target=x86_64-pc-windows-msvc ;;
  *) fail "there is no release of remperm for $RUNNER_OS on $RUNNER_ARCH" ;;
esac
program=remperm
[ "$RUNNER_OS" != Windows ] || program=remperm.exe

# The loopback interface cannot be listened to; everything else has to be encrypted.
case "$INPUT_BASE_URL" in
  https://*) protocol="=https" ;;
  http://127.0.0.1:* | http://localhost:*) protocol="=http" ;;
  *) fail "base-url has to begin with https://" ;;
esac
base="${INPUT_BASE_URL%/}/v$version"

# Windows has backslashes here, which tar takes for something else.
temporary=$RUNNER_TEMP
if command -v cygpath >/dev/null; then temporary=$(cygpath -u "$temporary"); fi
work=$(mktemp -d "$temporary/remperm-install.XXXXXX")
trap 'rm -rf "$work"' EXIT

fetch() {
  curl --fail --silent --show-error --location --proto "$protocol" --proto-redir "$protocol" \
    --max-redirs 5 --retry 3 --connect-timeout 20 --max-time 300 --max-filesize "$largest" \
    --output "$work/$1" "$base/$1" ||
    fail "$1 could not be fetched from the release $version: is there such a release?"
}

archive="remperm-$version-$target.tar.gz"
fetch SHA256SUMS
fetch "$archive"

expected=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
[[ $expected =~ ^[0-9a-f]{64}$ ]] ||
  fail "SHA256SUMS of the release $version does not name $archive once, with its SHA-256"
if command -v sha256sum >/dev/null; then
  found=$(sha256sum <"$work/$archive")
else
  found=$(shasum -a 256 <"$work/$archive")
fi
[ "${found%% *}" = "$expected" ] ||
  fail "$archive is not the file that SHA256SUMS names: nothing was installed"

mkdir "$work/bin"
tar -xzf "$work/$archive" -C "$work/bin" "$program" ||
  fail "$archive does not hold $program"
told=$("$work/bin/$program" --version) || fail "$program does not run on this machine"
[ "${told%$'\r'}" = "remperm $version" ] || fail "$archive holds another version: $told"

place="$temporary/remperm-$version"
rm -rf "$place"
mv "$work/bin" "$place"
if command -v cygpath >/dev/null; then place=$(cygpath -w "$place"); fi
echo "$place" >>"$GITHUB_PATH"
echo "remperm $version is installed in $place"
