# A staging workflow as people write it: clone, fetch the heads, merge them one by one, and push
# the branch when its content differs. It is kinder than most: one fetch brings all heads.
# Arguments: the remote, the base branch, a folder for the clone. Standard input: "number head".
set -eu
remote=$1 base=$2 clone=$3
git clone --quiet --no-tags --branch "$base" "$remote" "$clone"
cd "$clone"
expected=$(git ls-remote origin refs/heads/staging | cut -f 1)
git checkout --quiet -B staging "origin/$base"
mapfile -t pull_requests
printf '%s\n' "${pull_requests[@]##* }" | git fetch --quiet --no-tags --stdin origin
for pull_request in "${pull_requests[@]}"; do
    if ! git merge --no-ff --no-edit "${pull_request##* }" > /dev/null 2>&1 < /dev/null; then
        git merge --abort 2> /dev/null || true
    fi
done
if [ -n "$expected" ]; then
    git fetch --quiet origin "$expected"
    if [ "$(git rev-parse "$expected^{tree}")" = "$(git rev-parse 'HEAD^{tree}')" ]; then
        exit 0
    fi
fi
git push --quiet --force-with-lease="refs/heads/staging:$expected" origin HEAD:refs/heads/staging
