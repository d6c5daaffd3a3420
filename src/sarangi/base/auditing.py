"""What the checks of the audit say: how bad it is, and from how many groups on."""

OK, NOTE, WARNING, FATAL = "ok", "note", "warning", "fatal"

FEW_GROUPS = 8  # below, an interval only describes
