#!/bin/sh
# SPDX-License-Identifier: MIT
# The example of a helper in C++ is built against what is installed, and keeps every promise:
# installed_helper.sh BUILD ASYNCZ EXAMPLES COMPILER...
set -eu
build=$1 asyncz=$2 examples=$3
shift 3

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
DESTDIR=$place meson install -C "$build" --no-rebuild --quiet --tags devel >"$place/log" 2>&1 || {
  cat "$place/log"
  exit 1
}
PKG_CONFIG_LIBDIR=$(dirname "$(find "$place" -name asyncz-store.pc)")
PKG_CONFIG_SYSROOT_DIR=$place
export PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
mkdir "$place/bin"
# shellcheck disable=SC2046 # lists of words
"$@" -std=c++20 -O2 -Wall -Wextra -Werror -o "$place/bin/asyncz-store-journal" \
  "$examples"/journal/*.cpp $(pkg-config --cflags --libs asyncz-store)

PATH=$place/bin:$PATH
XDG_STATE_HOME=$place/state
export PATH XDG_STATE_HOME
"$asyncz" --store "journal:$place/tasks" doctor --conformance 2>&1 | tee "$place/report"
grep -qx '.*eight operations + reservation + fencing + history + notes + watch' "$place/report"
