"""What a cluster is asked, and what its Flux objects say."""
