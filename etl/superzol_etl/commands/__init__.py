"""The commands of superzol-etl: options in, exit codes and messages out."""
