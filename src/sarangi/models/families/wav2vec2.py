"""wav2vec 2.0 (Baevski et al. 2020), and what was trained further, such as XLS-R and MMS."""

from sarangi.models.family import Family

FAMILY = Family("wav2vec2", "audio", attention=("q_proj", "v_proj"))
