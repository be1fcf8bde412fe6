#!/bin/sh
# Runs every fuzz target of the tree for the time given.
set -eu
time="${1:-60s}"
grep -rlE '^func Fuzz' --include='*_test.go' internal cmd | while read -r file; do
	dir="./$(dirname "$file")"
	grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | awk '{print $2}' | while read -r target; do
		echo "$dir $target"
		go test "$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time"
	done
done
