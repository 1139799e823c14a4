#!/bin/sh
# SPDX-License-Identifier: MIT
# The units are right in systemd's eyes, and the one whose tasks run as its own user is well closed.
#
# usage: units.sh ROOT ASYNCZ
set -eu
packaging=$1/packaging asyncz=$(realpath "$2")
folder=$(mktemp -d "${TMPDIR:-/tmp}/asyncz-units.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# unit KIND NAME — a unit as it is installed, but for where the program is.
unit() {
  sed "s|@bindir@/asyncz|$asyncz|" "$packaging/asyncz.$1.service.in" >"$folder/$2"
  echo "$folder/$2"
}

# Its complaints are an error whatever it exits with.
verify() {
  said=$(systemd-analyze verify --man=no "$@" 2>&1) || said="$said (exit $?)"
  [ -z "$said" ] || { echo "$said"; exit 1; }
}

verify "$(unit system asyncz.service)"
XDG_RUNTIME_DIR=$folder verify --user "$(unit user asyncz.service)"
own=$(unit own asyncz@daemon.service)
verify "$own"
systemd-analyze security --offline=true --no-pager --threshold=29 "$own" >"$folder/exposure" ||
  { cat "$folder/exposure"; exit 1; }
