"""Answers price questions over gRPC."""
