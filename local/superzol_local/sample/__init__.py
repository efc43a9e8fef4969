"""The generated sample: snapshot folders in the shape of the dataset, of invented content."""
