"""批量导入: upload, read in the background, place, correct, commit, undo. One module per step.

``batches`` takes files in, ``jobs`` says who reads which, ``reading`` reads one file, ``placing`` decides where each
table would go and what it would change, ``correcting`` takes a person's decisions, ``committing`` writes, ``undoing``
takes back, ``report`` tells the command line what became of it all.
"""
