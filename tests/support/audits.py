"""A manifest and protocols in short, for tests of splits and of the audit."""

RANDOM5 = {"kind": "stratified_kfold", "folds": 5, "seed": 42, "leaks": True}
LEAVE_ONE_OUT = {"kind": "leave_one_group_out", "leaks": False}
