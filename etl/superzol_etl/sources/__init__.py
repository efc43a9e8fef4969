"""Where snapshots come from: Kaggle, a folder, a web server, a REST API, a bucket."""
