"""The demo's corpora: synthetic speech in the layout of each real one."""
