"""What leaves the system and can be checked without it: checkpoints over the chains, and bundles under them."""
