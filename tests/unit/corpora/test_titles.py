from support.places import ROOT

from sarangi.corpora.registry import load
from sarangi.corpora.titles import titles_of_corpora


def test_titles_are_read_from_the_source_of_every_corpus_as_its_module_has_them():
    modules = (ROOT / "src/sarangi/corpora/layouts").glob("*.py")
    names = sorted(module.stem for module in modules if module.stem != "__init__")
    assert titles_of_corpora() == {name: load(name).TITLE for name in names}
