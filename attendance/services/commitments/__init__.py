"""What a person or a collective promises to keep: templates, texts that are frozen at signing, who has signed."""
