"""The law and the judgement: the only place with domain words; knows nothing of HTTP, terminals or files on disk."""
