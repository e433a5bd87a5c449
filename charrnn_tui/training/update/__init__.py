"""One update: network, objective, optimiser, learning rate."""
