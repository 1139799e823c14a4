#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The completions are scripts that their shells accept, and bash completes live ids by them.
# usage: completion.sh ASYNCZ
set -euo pipefail

asyncz=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME=$folder XDG_CONFIG_HOME=$folder ASYNCZ_STORE=file://$folder/tasks
export ASYNCZ_STORE_ENCRYPTION_KEY=k
PATH=$(dirname "$asyncz"):$PATH

fail() {
  echo "$*" >&2
  exit 1
}

for shell in bash zsh fish; do
  asyncz completion "$shell" >"$folder/$shell"
  command -v "$shell" >/dev/null || continue
  "$shell" -n "$folder/$shell" || fail "$shell does not accept its completion"
done

asyncz add -q --id backup-etc -Q nightly -- true >/dev/null
# shellcheck source=/dev/null
source "$folder/bash"

# What completes the last of these words.
complete_words() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _asyncz || true
  echo "${COMPREPLY[*]-}"
}

expect() {
  local wanted=$1 found
  shift
  found=$(complete_words "$@")
  [[ $found == "$wanted" ]] || fail "'$*' completes to '$found', not '$wanted'"
}

expect 'preview' asyncz pre
expect 'backup-etc' asyncz show bac
expect 'backup-etc' asyncz --store "file://$folder/tasks" show bac
expect 'nightly' asyncz list --queue ni
expect 'paused' asyncz list --state pau
expect '--limit' asyncz list --lim
expect 'always' asyncz --color alw
expect 'zsh' asyncz completion z
expect '' asyncz list --query ''
expect 'skip' asyncz add --overlap s
expect 'at-most-once' asyncz update --delivery at-m
expect 'discard' asyncz add --output d
expect 'shift skip' asyncz preview --dst-gap s
expect 'both' asyncz add --dst-fold b
expect 'all' asyncz add --match al
expect 'vixie' asyncz import --dialect v
expect 'crontab' asyncz export --format cr
expect 'timed-out' asyncz history --state t
expect '--dialect' asyncz import --dia
expect 'generate rotate' asyncz key ''
expect 'generate' asyncz -q key gen
expect "$folder/zsh" asyncz key generate "$folder/z"
grep -q "overlap.*skip queue replace" "$folder/zsh" || fail 'zsh does not offer the words of --overlap'
grep -q "overlap.*skip queue replace" "$folder/fish" || fail 'fish does not offer the words of --overlap'
grep -q "'1:.*:(generate rotate)'" "$folder/zsh" || fail 'zsh does not offer the words of key'
if command -v fish >/dev/null; then
  offered=$(fish -c "source $folder/fish; complete -C 'asyncz key '" | cut -f 1 | sort | xargs)
  [[ $offered == 'generate rotate' ]] || fail "fish completes 'asyncz key' to '$offered'"
fi
