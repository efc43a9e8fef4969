"""What is sold, by whom and where: chains, stores and products."""
