#!/bin/sh
# SPDX-License-Identifier: MIT
# Our shell scripts give shellcheck nothing to say.
set -eu
cd "$1"
command -v shellcheck >/dev/null || { echo 'no shellcheck'; exit 77; }

find .ci scripts tests packaging -type f |
  while IFS= read -r file; do
    case $file in *.bats) continue ;; esac
    if head -n 1 "$file" | grep -aqE '^#!.*\b(ba|da)?sh$'; then
      printf '%s\0' "$file"
    fi
  done |
  xargs -0 shellcheck -x
