"""`monitor doctor`: what is wrong with an installation, in sentences, each with what to do.

`facts` asks once; each `check_*` is a pure function from facts to findings; `examine` is the list of them.
"""
