"""Objects held against the schemas of Kubernetes and Flux."""
