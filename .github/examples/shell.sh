#!/bin/sh
# A gate before a deployment, in any shell: `set -e` would end the script before the code is looked
# at, so the call stands where a failure is expected.
set -eu

code=0
remperm check --report junit=remperm-junit.xml --report html=remperm.html || code=$?

case "$code" in
  0) echo "everything that Remotion needs is held" ;;
  1) echo "permissions are missing: the report names them; remperm aws check --fix prints a policy that mends it" >&2 ;;
  2) echo "remperm was called wrongly, or the account is another one than expected: nothing was decided" >&2 ;;
  3) echo "nothing is known to be missing, but something could not be determined: the report says why" >&2 ;;
  *) echo "remperm did not run to its end ($code): nothing was decided" >&2 ;;
esac
exit "$code"
