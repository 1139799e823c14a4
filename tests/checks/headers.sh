#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles alone: `headers.sh ROOT COMPILER ARGUMENT…`. Where a source begins with its
# own header the build has proved that already, so only the others are compiled here.
set -eu
cd "$1"
shift

find src stores cli tests examples -name '*.hpp' |
  while IFS= read -r header; do
    source=${header%.hpp}.cpp
    first=$(grep -m 1 '^#include' "$source" 2>/dev/null || true)
    case $first in
      "#include \"${header#src/}\"") ;;
      *) printf '%s\0' "$header" ;;
    esac
  done |
  xargs -0 -r -P 2 -n 1 "$@" -std=c++20 -fsyntax-only -w -Isrc -I. -Itests -x c++
