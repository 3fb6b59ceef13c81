"""What a repository deploys with Kustomize, Flux or Argo CD, and what a cluster says of it."""
