#!/bin/sh
# Lets each operation of a file store fail, or die, at each of its system calls in turn: afterwards
# the old or the new state is there, what was acknowledged is there, and the operation works again.
set -eu

driver=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/asyncz-fault-XXXXXX")
trap 'rm -rf "$work"' EXIT

command -v strace >/dev/null || { echo 'strace is missing'; exit 77; }
strace -o /dev/null true 2>/dev/null || { echo 'strace may not trace here'; exit 77; }

failures=0
tried=0
old='sealed bytes of t'

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# prepare OPERATION: a store in the state before it
prepare() {
  rm -rf "$work/tasks"
  case $1 in
    add | batch) ;;
    *) "$driver" add "$work/tasks" >/dev/null ;;
  esac
}

# new_state OPERATION: what `show` says once it is done
new_state() {
  case $1 in
    add | batch) echo "$old" ;;
    update) echo updated ;;
    settle) echo settled ;;
    remove | finish) echo none ;;
  esac
}

old_state() {
  case $1 in
    add | batch) echo none ;;
    *) echo "$old" ;;
  esac
}

# check OPERATION FAULT: after the operation ran under the fault, its output in $work/out
check() {
  tried=$((tried + 1))
  state=$("$driver" show "$work/tasks" 2>&1) || fail "$1 with $2: cannot be read afterwards: $state"
  new=$(new_state "$1")
  if grep -q "^done" "$work/out" && [ "$state" != "$new" ]; then
    fail "$1 with $2: acknowledged, but there is '$state'"
  fi
  [ "$state" = "$new" ] && return
  [ "$state" = "$(old_state "$1")" ] || fail "$1 with $2: neither old nor new: '$state'"
  case $1 in
    settle | finish) ;; # a reservation that was never settled has raised the revision
    *) "$driver" "$1" "$work/tasks" >/dev/null || fail "$1 with $2: does not work afterwards" ;;
  esac
}

# inject OPERATION CALL FAULT: at the first, second … such call, until there are no more
inject() {
  when=1
  while [ "$when" -le 40 ]; do
    prepare "$1"
    strace -o "$work/trace" -e "trace=$2" \
      -e "inject=$2:$3:when=$when" "$driver" "$1" "$work/tasks" >"$work/out" 2>"$work/err" || :
    grep -qE 'INJECTED|SIGKILL' "$work/trace" || return 0
    check "$1" "$2 $3, the ${when}th"
    when=$((when + 1))
  done
}

for operation in add batch update remove settle finish; do
  for call in fsync syncfs; do inject "$operation" "$call" error=EIO; done
  for call in write openat linkat renameat pwrite64; do
    inject "$operation" "$call" error=ENOSPC
  done
  inject "$operation" unlinkat error=EIO
  for call in openat write fsync syncfs linkat renameat unlinkat pwrite64 fcntl mkdirat; do
    inject "$operation" "$call" signal=KILL
  done
done

echo "$tried faults, $failures failures"
[ "$failures" -eq 0 ]
