#!/bin/sh
# A disk without room: every operation is refused or done whole, and works once there is room.
set -eu

driver=$1
[ "${2-}" = inside ] || {
  unshare -m true 2>/dev/null || { echo 'no mount namespaces here'; exit 77; }
  exec unshare -m "$0" "$driver" inside
}
work=$(mktemp -d "${TMPDIR:-/tmp}/asyncz-full-XXXXXX")
mount -t tmpfs -o size=256k,mode=0700 tmpfs "$work" || { rmdir "$work"; exit 77; }
trap 'umount "$work"; rmdir "$work"' EXIT

tasks=$work/tasks
fill() { dd if=/dev/zero of="$work/filler" bs=4k 2>/dev/null || :; }

# refused OPERATION: exit status 5, the reason, and nothing changed
refused() {
  before=$("$driver" show "$tasks")
  status=0
  "$driver" "$1" "$tasks" >"$work/../out.$$" 2>&1 || status=$?
  message=$(cat "$work/../out.$$")
  rm -f "$work/../out.$$"
  [ "$status" -eq 5 ] || { echo "$1 on a full disk: status $status, $message"; exit 1; }
  case $message in
    *'no space left'*) ;;
    *) echo "$1 on a full disk says: $message"; exit 1 ;;
  esac
  [ "$("$driver" show "$tasks")" = "$before" ] || { echo "$1 on a full disk changed the task"; exit 1; }
}

"$driver" show "$tasks" >/dev/null
fill
refused add
refused batch
rm "$work/filler"
"$driver" add "$tasks"
fill
refused update
refused settle
rm "$work/filler"
"$driver" show "$tasks" | grep -q '^sealed bytes of t$'
"$driver" settle "$tasks"
fill
"$driver" show "$tasks" | grep -q '^settled$'
