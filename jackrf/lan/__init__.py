"""What every server of jackrf shares: who is a neighbour, PINs, limits, and how it is found."""
