"""What is decided before a run: recipe, corpus, sizes, threads, estimate."""
