"""Write exports exactly as the platforms write them."""
