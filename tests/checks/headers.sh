#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles alone: `headers.sh ROOT COMPILER ARGUMENT…`.
set -eu
cd "$1"
shift

find src stores cli tests -name '*.hpp' -print0 |
  xargs -0 -r -P 2 -n 1 "$@" -std=c++20 -fsyntax-only -w -Isrc -I. -Itests -x c++
