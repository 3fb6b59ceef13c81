# The loop that people run today: `git merge` in a work tree, one pull request after another.
# Standard input: "number head" a line. Standard output: "time number verdict" a line.
set -u
while read -r number head; do
    if said=$(git merge --no-ff --no-edit "$head" 2>&1 < /dev/null); then
        case $said in
            "Already up to date."*) verdict=contained ;;
            *) verdict=merged ;;
        esac
    elif [ $? -eq 1 ] && git merge --abort 2> /dev/null; then
        verdict=conflicted
    else
        verdict=unmergeable
    fi
    printf '%s %s %s\n' "$EPOCHREALTIME" "$number" "$verdict"
done
