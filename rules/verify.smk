# Verification: with no output, a benchmark included, the rule always runs.
#   in:  everything that was made, results/provenance/, results.lock
#   out: nothing; it fails where a file is bad, and names the command that mends it


rule verify:
    """Hash and open every result again, and compare it with its provenance, this code and the lock."""
    log:
        "results/logs/verify.log",
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(60),
    params:
        targets=["all"],
    script:
        "../workflow/scripts/verify.py"
