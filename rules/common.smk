# What the rules share: adapters that take wildcards and ask the study (src/sarangi/study/), and what is said
# to Snakemake alone: memory, GPUs, reports, fingerprints.


def grown(need):
    """What a job asks of a scheduler, a number or a function of wildcards: twice as much at each further try."""

    def needed(wildcards, attempt):
        return (need(wildcards) if callable(need) else need) * 2 ** (attempt - 1)

    return needed


def needs(minutes, mem_mb=1000):
    """The time and memory that a job asks of a scheduler: most jobs are small."""
    return {"mem_mb": grown(mem_mb), "runtime": grown(minutes)}


def workers(most):
    """How many threads a job takes that works on several clips or models side by side, ``most`` at most."""
    return min(most, study.config["threads"]["workers"])


def gpu_model(wildcards, attempt):
    """The model of GPU that a job asks for: at each further try the next, the last again and again."""
    models = CLUSTER["gpu_models"]
    return models[min(attempt, len(models)) - 1]


CLUSTER = study.config["cluster"]
A_GPU = {"gpu": 1} if CLUSTER["gpu"] else {}
if A_GPU and CLUSTER["gpu_models"]:
    A_GPU["gpu_model"] = gpu_model
# for the leases of jobs on this machine (src/sarangi/runtime/gpu.py)
os.environ[JOBS_A_GPU] = str(CLUSTER["jobs_a_gpu"])


def one_of(names):
    """Names as a pattern for a wildcard."""
    return "|".join(names) or "none"


def of_study(function, *arguments):
    """What a function says of the study; its errors are Snakemake's, which are shown without a traceback."""
    try:
        return function(study, *arguments)
    except SarangiError as error:
        raise WorkflowError(str(error)) from None


# -- what comes from outside: it is known by its content, which is a parameter of every rule that reads some,
# and its own times say nothing

# a job elsewhere takes the digests of the plan, and reads no corpus for them
known = Inventory(planned=not workflow.is_main_process)


def recordings(wildcards):
    """The recordings of a corpus: an archive, or a folder."""
    path = str(study.sources[wildcards.corpus])
    return ancient(path) if from_outside(path) else path


def votes_of_table(wildcards):
    """The table of the votes of a corpus with a table of labels; nothing where they are in columns of that."""
    return [ancient(path) for path in vote_inputs.table_of_votes(study.config["corpora"][wildcards.corpus])]


def published_folds(wildcards):
    """The folder that a protocol of published folds reads; nothing for one that makes its own."""
    folder = study.config["protocols"][wildcards.protocol].get("folder")
    return ancient(folder) if folder else []


def voices_held_apart(wildcards):
    """Who seems to speak in a corpus, for a protocol that holds that apart; nothing for any other."""
    return speaker_inputs.voices_of_protocol(study, wildcards.protocol, wildcards.corpus)


MADE = ("results/", f"{layout.TABLES}/", f"{layout.FIGURES}/")
"""Places in which every file is made by a rule."""


@cache
def makers_elsewhere():
    """The rules that make files in other places than these: far fewer than all, which were asked of each file."""
    outputs = {rule: [str(file) for file in rule.output] for rule in workflow.rules}
    return [rule for rule, files in outputs.items() if not all(file.startswith(MADE) for file in files)]


@cache
def from_outside(path):
    """Whether no rule makes a file; one that a rule could make, and that somebody put there, has no provenance."""
    if path.startswith(MADE):
        return False
    if any(maker.is_producer(path) for maker in makers_elsewhere()):
        return Path(path).exists() and not provenance.place(path).exists()
    return True


def inventory_of(rule):
    """Digests of what a rule reads from outside, by names in provenance, as a function of its wildcards.

    None for a rule that reads nothing of the kind.
    """
    functions = [item for item in rule.input if is_callable(item)]
    fixed = [str(item) for item in rule.input if not is_callable(item) and from_outside(str(item))]

    def inventory(wildcards):
        found = [rule.apply_input_function(function, wildcards)[0] for function in functions]
        paths = [*fixed, *(path for files in found for path in flattened(files) if from_outside(path))]
        digests = known.of(paths)
        return {provenance.named(path): digest for path, digest in sorted(digests.items())}

    return inventory if functions or fixed else None


def flattened(files):
    """What an input function returns as a list of paths."""
    if isinstance(files, (str, Path)):
        return [str(files)]
    return [
        path for some in (files.values() if isinstance(files, dict) else files) for path in flattened(some)
    ]


# -- of the feature set or the experiment that wildcards name


def extraction(wildcards):
    """What computes a feature set: an extractor and its settings."""
    return extraction_of(study.config["feature_sets"][wildcards.feature_set])


def frozen_states(wildcards):
    """What a feature set takes of an encoder that does not learn."""
    return states_of(study.config["feature_sets"][wildcards.feature_set])


def experiment_of(wildcards):
    return study.every_experiment[wildcards.experiment]


def of_experiment(path):
    """An input function for a path of an experiment's corpus and protocol."""
    return lambda wildcards: path(experiment_of(wildcards))


def model_of(wildcards):
    return study.model(experiment_of(wildcards))


def tested(function):
    """An input function for files of the corpus that a run is tested on: another one, or its experiment's own."""

    def files(wildcards):
        experiment = experiment_of(wildcards)
        return function(study, experiment, getattr(wildcards, "test", None) or experiment.corpus)

    return files


def predictions_of_wildcards(wildcards):
    """The predictions of all runs of an experiment, on its own corpus or on another one."""
    return inputs.predictions_of(study, experiment_of(wildcards), getattr(wildcards, "test", None))


# -- what a run says at its end


def tell():
    """Say what the audit and the scores have found, where the targets of this run were made for that."""
    if TELLS in os.environ:  # the command that started this says it
        return
    wanted = {job.rule.name for job in workflow.dag.targetjobs}
    for summary, targets in SUMMARIES.items():
        # of a run that was cut short on purpose (--until) there may be none
        if wanted & targets and Path(summary).exists():
            print(Path(summary).read_text(encoding="utf-8"), end="", file=sys.stderr)
    if wanted & SUMMARIES[layout.audit_summary()]:
        print(f"Everything that was checked: {layout.audit_page()}", file=sys.stderr)


SUMMARIES = {layout.audit_summary(): {"audit", "all"}, layout.run_summary(): {"all"}}


def tell_of_failures():
    """Say of which corpora more than a tenth failed."""
    # here, since a plan does not need what reads tables
    from sarangi.audit.lost import lost

    made = {c: (Path(layout.corpus_audit(c)), Path(layout.manifest(c))) for c in sorted(study.corpora)}
    try:
        lines = lost(made, speaker_inputs.places_of_voices(study))
    except SarangiError as error:
        lines = [f"it is not known, {error}"]
    for line in lines:
        print(f"Too much failed, so what is scored is not the corpus: {line}", file=sys.stderr)


# -- what the report shows, and what a run recorded


def in_report(path, category, name):
    """A file that the report shows under a name."""
    caption = f"../workflow/report/{category.lower()}.rst"
    return report(path, caption=caption, category=category, labels={"name": name.replace("_", " ")})


def figure_files(name, also={}):
    """The files of a figure by suffix, and of further ones by <what the script calls them>_<suffix>."""
    found = {}
    for prefix, figure in {"": name, **{f"{key}_": other for key, other in also.items()}}.items():
        files = {suffix: layout.figure(figure, suffix) for suffix in layout.SUFFIXES_OF_FIGURES}
        # the report shows the picture
        files["png"] = in_report(files["png"], "Figures", figure)
        found |= {f"{prefix}{suffix}": file for suffix, file in files.items()}
    return found


def table_files(name, also={}):
    """The files of a table by suffix, and of further ones by <what the script calls them>_<suffix>."""
    found = {}
    for prefix, table in {"": name, **{f"{key}_": other for key, other in also.items()}}.items():
        files = {suffix: layout.table(table, suffix) for suffix in layout.SUFFIXES_OF_TABLES}
        # the report shows the page
        files["html"] = in_report(files["html"], "Tables", table)
        found |= {f"{prefix}{suffix}": file for suffix, file in files.items()}
    return found


def code_of(script, loads):
    """Return the fingerprint of a rule's code as a function of its wildcards; ``loads`` is a parameter of it."""

    def code(wildcards):
        stated = loads(wildcards) if callable(loads) else loads
        return fingerprint(script, loaded(study, dict(wildcards.items()), stated))

    return code
