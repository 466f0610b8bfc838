"""Why a day was judged so: statements that name a sentence and its values, made from the tables of a judgement."""
