# Verification: with no output, a benchmark included, the rule always runs.
#   in:  everything that was made, results/provenance/, results.lock
#   out: nothing; it fails where a file is bad, and names the command that repairs it


rule verify:
    """Hash and open every result again, and compare it with its provenance, this code and the lock."""
    log:
        layout.log("verify"),
    conda:
        "../envs/workflow.yaml"
    resources:
        **needs(minutes=60),
    params:
        targets=["all"],
    script:
        "../workflow/scripts/verify.py"
