"""The JSON API: routers by noun, schemas, errors, who may ask."""
