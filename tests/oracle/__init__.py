"""A second executor of the same graph, made to be obviously right rather than fast.

It reads whole tables, resolves field by field in Python, and shares nothing with schema/ but the
committed SDL. documents.py draws valid documents from that SDL; comparison.py says where two
answers differ.
"""
