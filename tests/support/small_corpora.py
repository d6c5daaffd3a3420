"""The files of the smallest corpus of every layout, for tests."""

import io

import numpy as np
from scipy.io import savemat

from support.recordings import sound

MELD = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID\n1,Hm,Ross,joy,positive,0,0\n"


def vector():
    file = io.BytesIO()
    savemat(file, {"Feats": np.arange(88.0)[None]})
    return file.getvalue()


SMALLEST = {
    "iemocap": {
        "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav": sound(0.5),
        "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt":
            b"[6.29 - 8.23]\tSes01F_impro01_F000\tang\t[2.5, 2.5, 2.5]\n",
    },
    "iitkgp_sehsc": {
        "a/1.wav": sound(0.5), "iitkgp_sehsc.csv": b"path,emotion,speaker,session\na/1.wav,anger,s1,1\n",
    },
    "meld": {"train_splits/dia0_utt0.wav": sound(0.5), "train_sent_emo.csv": MELD.encode()},
    "punjabi_rasa": {"train/angry/audio/PAN_F_angry_00001.wav": sound(0.5)},
    "ravdess": {"Actor_01/03-01-01-01-01-01-01.wav": sound(0.5)},
    "shemo": {"F03S02.wav": sound(0.5), "shemo.json": b'{"F03S02": {"transcript": "x"}}'},
    "urdu_latif": {"Sad/SM1_F1_S01.wav": sound(0.5)},
    "urdu_sindhi": {"Feats - Urdu/eGeMAPS funcs/Matfiles/Anger_0001.mat": vector()},
}  # fmt: skip
"""By corpus, and by the path of each file its bytes: one utterance, whose recording is the first file."""


def laid(folder, files):
    """Write files by their paths into a folder, and return it."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
