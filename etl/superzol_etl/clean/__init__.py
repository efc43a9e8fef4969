"""Rules over values: what a code, a text or a set of files means. No I/O."""
