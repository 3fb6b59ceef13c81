# No work tree: `git merge-tree` and `git commit-tree`, one process each for a pull request.
# Arguments: the base commit and its tree. Standard input: "number head" a line.
# Standard output: "time number verdict tree" a line, the tree being the one reached so far.
set -u
left=$1 tree=$2
while read -r number head; do
    said=$(git merge-tree --write-tree --no-messages "$left" "$head" 2> /dev/null)
    code=$? merged=${said%%$'\n'*}
    # Exit code 1 means a conflict only where a tree comes with it.
    if [ $code -eq 1 ] && [ -n "$merged" ]; then
        verdict=conflicted
    elif [ $code -ne 0 ]; then
        verdict=unmergeable
    # A merge that changes nothing is one of a contained head, or one that has no effect.
    elif [ "$merged" = "$tree" ] && git merge-base --is-ancestor "$head" "$left"; then
        verdict=contained
    else
        verdict=merged
        left=$(git commit-tree "$merged" -p "$left" -p "$head" -m "Merge pull request $number") || exit 1
        tree=$merged
    fi
    printf '%s %s %s %s\n' "$EPOCHREALTIME" "$number" "$verdict" "$tree"
done
