# The public targets.
#   paper/tables   <- paper/tables/*.tex, *.md, *.csv
#   paper/figures  <- paper/figures/*.pdf, *.png


rule all:
    """Everything that the corpora in hand allow."""
    input:
        "paper/tables/corpora.tex",
        "paper/tables/scores.tex",
        "paper/figures/leakage.pdf",


rule:
    """Every table of the paper."""
    name:
        "paper/tables"
    input:
        "paper/tables/corpora.tex",
        "paper/tables/scores.tex",
    localrule: True


rule:
    """Every figure of the paper."""
    name:
        "paper/figures"
    input:
        "paper/figures/leakage.pdf",
    localrule: True
