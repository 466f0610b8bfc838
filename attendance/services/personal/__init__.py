"""Personal data: what is kept for what, who was told, what people ask for, and what is destroyed when."""
