"""What the API takes and answers, described for those who read the OpenAPI document; never the tables themselves."""
