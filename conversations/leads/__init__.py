"""What sales needs beyond the rows."""
