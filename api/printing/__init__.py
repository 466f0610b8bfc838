"""Documents on paper, set by Typst: what they say comes as lines in a language, how they look stands in `*.typ`."""
