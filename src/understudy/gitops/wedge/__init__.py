"""The rules on what a stage that is deployed can become without a hand in the cluster."""
