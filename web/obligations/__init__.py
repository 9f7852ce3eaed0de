"""What units owe, who is late, and handing something over."""
