"""Where the data comes from, what was loaded and how old it is."""
