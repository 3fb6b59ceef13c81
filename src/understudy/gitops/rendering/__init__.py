"""Overlays rendered with the real kustomize, from nothing but the files they name."""
