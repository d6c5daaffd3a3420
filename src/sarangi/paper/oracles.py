"""What is said of a model that knows what is tested."""

from collections.abc import Collection

from sarangi.base.labels import Labels

ORACLE = (
    "Oracle: the tested speaker's own mean rating over the test part, which no model can know. It says how "
    "much of the ratings is who speaks."
)


def model_title(model: str, oracles: Collection[str], labels: Labels) -> str:
    """Return the title of a model; one that knows what is tested is called an oracle."""
    title = labels.models[model]
    return f"{title} (oracle)" if model in oracles and "oracle" not in title.lower() else title
