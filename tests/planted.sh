#!/usr/bin/env bash
# Plants each bug of tests/planted/ in a copy of the tree and runs what has to catch it. Prints a row
# for each: bug, tests, caught or not, the first schedule that failed, seconds.
#
#   tests/planted.sh                    all of them
#   tests/planted.sh stock_not_released coupon_limit_ignored
#
# A patch begins with what it breaks and a line `run: sqlite|postgres|both FILTER`. PLANTED_FOLDER keeps
# the copy and its build; MINGSHU_SIM_SCHEDULES says how long the simulation may look.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${PLANTED_FOLDER:-$(mktemp -d)}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$folder/target}
export MINGSHU_SIM_SCHEDULES=${MINGSHU_SIM_SCHEDULES:-3000}
mkdir -p "$folder/tree"
git ls-files -z | xargs -0 cp --parents --preserve=timestamps -t "$folder/tree"
bugs=("$@")
[ "${#bugs[@]}" -gt 0 ] || mapfile -t bugs < <(basename -s .patch tests/planted/*.patch)
missed=0

plant() {
  local patch=$PWD/tests/planted/$1.patch log=$folder/$1.log database filter found seconds
  read -r database filter < <(sed -n 's/^run: //p' "$patch")
  patch -d "$folder/tree" -p1 -s -F3 --no-backup-if-mismatch <"$patch"
  if ! (cd "$folder/tree" && cargo test -q --test it --no-run) >"$log" 2>&1; then
    patch -d "$folder/tree" -p1 -s -R -F3 --no-backup-if-mismatch <"$patch"
    printf '| %s | %s | DOES NOT BUILD | | |\n' "$1" "$filter"
    return 1
  fi
  found="caught"
  if (cd "$folder/tree" && TEST_DATABASE=$database cargo test -q --test it -- "$filter") >"$log" 2>&1; then
    found="MISSED"
  fi
  patch -d "$folder/tree" -p1 -s -R -F3 --no-backup-if-mismatch <"$patch"
  seconds=$(sed -n 's/.*finished in \([0-9.]*\)s.*/\1/p' "$log" | tail -n 1)
  local first
  first=$(sed -n 's/^schedule \([0-9]*\) (.*/\1/p' "$log" | sort -n | head -n 1)
  [ -n "$first" ] && first=$((first + 1))
  printf '| %s | %s | %s | %s | %s |\n' "$1" "$database $filter" "$found" "$first" "$seconds"
  [ "$found" = caught ]
}

for bug in "${bugs[@]}"; do
  plant "$bug" || missed=$((missed + 1))
done
[ "$missed" -eq 0 ] || { echo "$missed were missed"; exit 1; }
