#!/bin/sh
# SPDX-License-Identifier: MIT
# Who may include whom, who may know which library, who may read a clock. Prints what breaks a rule.
set -eu
cd "$1"

# A folder: the folders that its files may include besides itself; below cli, those below cli.
folders() {
  cat <<'END'
src/base:
src/time: base
src/schedule: base time
src/task: base time schedule
src/import: base time schedule task
src/codec: base task
src/seal: base
src/store: base time
src/vault: base time task codec seal store
src/run: base time task store vault
src/config: base time schedule task
stores: base time store
cli: base time schedule task import seal store vault run config stores
cli/terminal:
cli/files:
cli/views: terminal
cli/runs: views
cli/tasks: files runs views
cli/import: files tasks terminal views
cli/worker: files runs views
cli/completion:
cli/commands: completion files import runs tasks terminal views worker
END
}

# What a library's header is called after `#include <`: the one place that may include it.
libraries() {
  cat <<'END'
CLI/:cli/parser.cpp
curses:cli/terminal/terminal.cpp
absl/:src/time/zone.cpp
hiredis/:stores/redis/connection.cpp
nlohmann/:src/base/json.cpp
sodium:src/seal/
libpq-fe:stores/sql/postgresql_library.hpp
mongoc/:stores/mongo/library.hpp
mysql:stores/sql/mysql_
sqlite3:stores/sql/sqlite_library.hpp
toml++/:src/config/
END
}

# A pattern: the places that may use it, and why nobody else needs to.
words() {
  cat <<'END'
::now\(\)|clock_gettime|gettimeofday|\btime\((NULL|nullptr)\):src/time/ src/run/
\b(nano|u)?sleep\(|sleep_(for|until)|clock_nanosleep:src/time/ src/run/
\bvfork\(|\bfork\(|\bexecv:src/run/
\bposix_spawn:src/run/ stores/custom/helper_process.cpp
END
}

# Prints `file:line:text` of what matches in our sources, comments left out.
find_in_sources() {
  grep -rnE --include='*.hpp' --include='*.cpp' "$1" src stores cli |
    grep -vE '^[^:]+:[0-9]+: *//' || true
}

broken=$(
  folders | while IFS=: read -r folder allowed; do
    own=${folder##*/} below=
    case $folder in cli/*) below=cli/ ;; esac
    include="^#include \"${below}[a-z_]+/"
    { grep -roE --include='*.hpp' --include='*.cpp' "$include" "$folder" || true; } |
      sort -u | while IFS=: read -r file include; do
        used=${include#*\"} used=${used#"$below"}
        case " $own $allowed " in
          *" ${used%/} "*) ;;
          *) echo "$file: $own may not include $used" ;;
        esac
      done
  done
  for folder in src/*/ cli/*/; do
    folders | grep -q "^${folder%/}:" || echo "$folder: this folder is not in the table of layers"
  done
  libraries | while IFS=: read -r header place; do
    find_in_sources "^#include <${header}" | while IFS=: read -r file _; do
      case $file in
        "$place"*) ;;
        *) echo "$file: only $place may include <$header" ;;
      esac
    done
  done
  words | while IFS= read -r row; do
    pattern=${row%:*} places=${row##*:}
    find_in_sources "$pattern" | while IFS=: read -r file line text; do
      allowed=no
      for place in $places; do
        case $file in "$place"*) allowed=yes ;; esac
      done
      [ "$allowed" = yes ] || echo "$file:$line: only for $places:$text"
    done
  done
)
[ -z "$broken" ] || { echo "$broken"; exit 1; }
