"""What moto lacks or gets wrong, answered in front of it in the same process."""
