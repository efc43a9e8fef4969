"""What one command does from beginning to end."""
