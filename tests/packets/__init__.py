"""Golden packets, and the script that wrote them."""
