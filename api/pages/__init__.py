"""Server-rendered pages, their texts in Vietnamese and English, and their static files."""
