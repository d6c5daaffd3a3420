"""What of a study its plan for more speakers is computed from: predictions with speakers held out."""

from pathlib import Path

from sarangi.base import layout
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.scoring.planning import Basis, spread_of_difference, spread_of_uar
from sarangi.study.entries import Experiment, keeps_apart
from sarangi.study.inputs import predictions_of
from sarangi.study.study import Study


def bases(study: Study, model: str | None = None, rival: str | None = None) -> list[Basis]:
    """Return what a plan is computed from: one for each corpus that has predictions with speakers held out.

    That of the first of its protocols with most models; of these the two of the highest UAR that listen.

    Parameters
    ----------
    study
        Opened in its folder.
    model, rival
        The models to take instead.

    Raises
    ------
    SarangiError
        If one is not in the configuration, or has no predictions with speakers held out.
    """
    for name in (model, rival):
        if name is not None and name not in study.config["models"]:
            known = list(study.config["models"])
            raise SarangiError(f"{name!r} is not in models of config.yaml; {nearest(name, known)}")
    found = []
    for corpus in sorted(study.config["corpora"]):
        by_protocol: dict[str, dict[str, Experiment]] = {}
        for e in study.experiments.values():
            protocol = study.config["protocols"][e.protocol]
            if e.corpus == corpus and keeps_apart(protocol) and _is_made(study, e):
                by_protocol.setdefault(e.protocol, {})[e.model] = e
        if by_protocol:
            protocol = max(by_protocol, key=lambda name: len(by_protocol[name]))
            basis = _basis(study, by_protocol[protocol], model, rival)
            found += [basis] if basis else []
    if not found and (model or rival):
        raise SarangiError(
            f"no predictions of {model or rival} with speakers held out; make them by a protocol such as loso"
        )
    return found


def _is_made(study: Study, e: Experiment) -> bool:
    if "baseline" in study.config["models"][e.model]:
        return False
    return all(Path(path).is_file() for path in [*predictions_of(study, e), layout.manifest(e.corpus)])


def _basis(
    study: Study, experiments: dict[str, Experiment], model: str | None, rival: str | None
) -> Basis | None:
    """Return the basis of one corpus and protocol; None where the models asked for are not there."""
    spreads = {}
    for name, e in experiments.items():
        of = spread_of_uar(predictions_of(study, e), Path(layout.manifest(e.corpus)), e.name)
        if of is not None:
            spreads[name] = of
    best = sorted(spreads, key=lambda name: -spreads[name].value)
    if not best or not {model, rival} - {None} <= set(best):
        return None
    first = model or next(name for name in best if name != rival)
    second = rival or next((name for name in best if name != first), None)
    e, difference = experiments[first], None
    if second is not None:
        one, other = (predictions_of(study, experiments[name]) for name in (first, second))
        difference = spread_of_difference(one, other, Path(layout.manifest(e.corpus)), e.name)
    titles = [study.config["models"][name]["title"] if name else "" for name in (first, second)]
    protocol = study.config["protocols"][e.protocol]["title"]
    return Basis(f"{e.corpus}, {protocol}", spreads[first], difference, (titles[0], titles[1]))
