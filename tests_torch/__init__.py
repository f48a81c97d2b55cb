"""PyTorch as a second witness: `make test-torch`, since installing it takes a while."""
