"""The voices of the synthetic speech."""

from dataclasses import replace

import numpy as np
import pytest

from sarangi.base.errors import SarangiError
from sarangi.synthetic.corpus import layout
from sarangi.synthetic.speech import speak


def test_a_voice_that_is_not_there_is_named_and_the_next_one_speaks():
    (clip, *_) = layout("iitkgp_sehsc").clips(speakers=1, clips=1, seed=1)
    alone = speak(replace(clip, generator=np.random.default_rng(1)))
    with pytest.raises(SarangiError, match=f"{clip.path}: espeak-ng has no voice variant m99"):
        speak(replace(clip, variant="m99"))
    with pytest.raises(SarangiError, match="espeak-ng has no voice xx"):
        speak(replace(clip, language="xx"))
    # whatever the same process was asked for before
    assert speak(replace(clip, generator=np.random.default_rng(1))) == alone
