"""Entries of the errata, for tests."""

from sarangi.study.claims_file import read_claims, read_errata
from support.places import ROOT

FILE, SCHEMA = ROOT / "errata.yaml", ROOT / "workflow/schemas/errata.schema.yaml"
CLAIMS = read_claims(ROOT / "claims.yaml", ROOT / "workflow/schemas/claims.schema.yaml")
ERRATA = read_errata(FILE, SCHEMA, CLAIMS)
