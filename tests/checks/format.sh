#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source is as clang-format leaves it.
set -eu
cd "$1"
command -v clang-format >/dev/null || { echo 'no clang-format'; exit 77; }

find src stores cli tests examples \( -name '*.hpp' -o -name '*.cpp' \) -print0 |
  xargs -0 clang-format --dry-run --Werror
