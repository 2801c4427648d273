"""The simulated Athena: real SQL over the trail's objects, answered by DuckDB as far as the two mean the same.

What is understood: SELECT with WITH, joins, UNNEST, CASE, CAST, and the functions of `functions.py`.
Everything else is an error in Athena's words, so that no query passes here that Athena would refuse for its
functions or for its use of aliases. Not told apart: implicit casts that Athena refuses, and Java's regular
expressions from RE2's.
"""
