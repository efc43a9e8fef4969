"""What to do next about a DatasetRefresh: rules without Kubernetes and without a clock."""
