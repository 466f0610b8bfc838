"""Terminals that push (ADMS, /iclock): what they say read as bytes, what is answered, and how it is filed."""
