#!/usr/bin/env bash
# Runs remperm as a step of GitHub Actions: annotations and the job's summary from
# --format github, SARIF and Markdown into files. Ends with the exit code of remperm.
#
# Reads INPUT_ARGS, INPUT_SARIF_FILE, INPUT_MARKDOWN_FILE and GITHUB_OUTPUT.
set -euo pipefail

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

refuse() {
  echo "::error title=remperm was not run::$1" >&2
  output exit-code 2
  exit 2
}

# The words go to the program as they are: no shell reads them a second time.
case "$INPUT_ARGS" in
  *[\'\"\\]*) refuse "args is split at spaces, and quotes and backslashes mean nothing there: put such values into remperm.toml" ;;
esac
words=()
read -r -d '' -a words <<<"$INPUT_ARGS" || true
[ "${#words[@]}" -gt 0 ] || refuse "args is empty: say what to run, such as \"aws check\""

# A report of an earlier run must not pass for one of this run.
clear_place() {
  case "$2" in
    *$'\n'*) refuse "$1 is more than one line" ;;
  esac
  [ ! -d "$2" ] || refuse "$1 is a directory"
  rm -f -- "$2"
}

native() { # the path as the system's own programs understand it
  if command -v cygpath >/dev/null; then cygpath -m "$1"; else printf '%s' "$1"; fi
}

sarif=$INPUT_SARIF_FILE
if [ -n "$sarif" ]; then
  clear_place sarif-file "$sarif"
else
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  sarif="$(native "$scratch")/remperm.sarif"
fi
words+=(--format github --report "sarif=$sarif")
if [ -n "$INPUT_MARKDOWN_FILE" ]; then
  clear_place markdown-file "$INPUT_MARKDOWN_FILE"
  words+=(--report "markdown=$INPUT_MARKDOWN_FILE")
fi

code=0
remperm "${words[@]}" || code=$?

# `aws check --help` ends well, too: only a run that has left a report has checked anything.
if [ "$code" = 0 ] && [ ! -f "$sarif" ]; then
  refuse "nothing was checked: args has to run a check, such as \"aws check\""
fi

written() { # the absolute path of a report, where it was written
  [ -n "$1" ] && [ -f "$1" ] || return 0
  local folder
  folder=$(cd -- "$(dirname -- "$1")" && pwd)
  printf '%s/%s' "$(native "$folder")" "$(basename -- "$1")"
}

output exit-code "$code"
output sarif-file "$(written "$INPUT_SARIF_FILE")"
output markdown-file "$(written "$INPUT_MARKDOWN_FILE")"
exit "$code"
