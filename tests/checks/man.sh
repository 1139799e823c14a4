#!/bin/sh
# SPDX-License-Identifier: MIT
# Our pages give mandoc nothing to say, fit 80 columns, and name no page of ours that is not there.
set -eu
cd "$1/man"
command -v mandoc >/dev/null || { echo 'no mandoc'; exit 77; }

# A page that another of ours names need not be installed here.
complaints=$(mandoc -T lint ./*.[1-8] | grep -vE 'referenced manual not found|outdated mandoc.db' || true)
[ -z "$complaints" ] || { echo "$complaints"; exit 1; }

wide=$(
  for page in ./*.[1-8]; do
    mandoc -T ascii -O width=78 "$page" | col -b |
      awk -v page="$page" 'length($0) > 80 { print page ": " $0 }'
  done
)
[ -z "$wide" ] || { echo "wider than 80 columns:"; echo "$wide"; exit 1; }

missing=$(
  sed -n 's/^\.Xr \(asyncz[^ ]*\) \([1-8]\).*/\1.\2/p' ./*.[1-8] | sort -u |
    while IFS= read -r page; do
      [ -f "$page" ] || echo "no such page: $page"
    done
)
[ -z "$missing" ] || { echo "$missing"; exit 1; }
