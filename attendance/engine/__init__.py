"""The judgement over columns: what is due, who punched, what may be concluded."""
