"""The whole of Superzol on one machine: `superzol up`."""
