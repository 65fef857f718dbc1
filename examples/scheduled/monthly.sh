#!/bin/sh
# Usage: monthly.sh FOLDER [YYYY-MM] [anyway]
# Closes a month (by default the one before this): pulls what is missing, runs it, verifies the package.
# With "anyway" a month of which something did not come is sealed too; the package says what is missing.
set -eu
folder=${1:?the company folder}
period=${2:-$(date -u -d "$(date -u +%Y-%m-01) -1 day" +%Y-%m)}

pulled=0
evidence pull -C "$folder" --period "$period" || pulled=$?
[ "$pulled" -eq 0 ] || { [ "$pulled" -eq 3 ] && [ "${3:-}" = anyway ]; } || exit "$pulled"
run=0
evidence run -C "$folder" --period "$period" || run=$?
case $run in 0 | 3 | 4) ;; *) exit "$run" ;; esac
package=$(ls -t "$folder"/packages/evidence-"$period"*.zip | head -n 1)
evidence verify "$package" > "${package%.zip}.verified.txt"
[ "$run" -ne 0 ] || run=$pulled
exit "$run"
