"""Record to terminal, Markdown and JSON. Renders values; reads and decides nothing."""
