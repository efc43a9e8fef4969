"""The operator: looks after a dataset by itself, as a DatasetRefresh says."""
