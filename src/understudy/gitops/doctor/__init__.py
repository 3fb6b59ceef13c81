"""What would keep a stage from being deployed, looked for in files and cluster."""
