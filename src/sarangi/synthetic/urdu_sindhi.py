"""Stand-in of Urdu-Sindhi: speech in two languages, of which only openSMILE's features are published."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import soundfile
from scipy.io import savemat

from sarangi.base.sound import SAMPLE_RATE
from sarangi.corpora.layouts.urdu_sindhi import EMOTIONS, FEATURE_SETS, LANGUAGES, UNNAMED, VARIABLE
from sarangi.features.extractors.opensmile import extractor
from sarangi.synthetic.corpus import generator, voice
from sarangi.synthetic.speech import Clip, speak
from sarangi.synthetic.urdu_latif import SENTENCES as URDU

SENTENCES = {
    "ur": URDU,
    "sd": (
        "اڄ موسم تمام سٺو آهي",
        "مان سڀاڻي بازار ويندس",
        "هو گهر واپس اچي ويو",
        "ڪتاب ميز تي رکيل آهي",
        "اسان شام جو چانهه پيتي",
        "ٻار باغ ۾ کيڏي رهيا آهن",
    ),
}
WORKERS = 2
HEADER = b"MATLAB 5.0 MAT-file, synthetic".ljust(116)  # SciPy's own has the time in it


def clips(speakers: int, clips: int, seed: int) -> Iterator[Clip]:
    """Yield the clips of the stand-in, ``clips`` an emotion and language; nobody is told who speaks."""
    for folder, language in LANGUAGES.items():
        for place, (label, emotion) in enumerate(EMOTIONS.items()):
            for clip in range(clips):
                number = (place + clip) % speakers
                path = f"Feats - {folder}/{{}}/Matfiles/{label}_{clip + 1:04}.mat"
                draw = generator(seed, path)
                sentences = SENTENCES[language]
                gender = "female" if number % 2 else "male"
                yield Clip(
                    path=path,
                    text=sentences[int(draw.integers(len(sentences)))],
                    language=language,
                    **voice(seed, f"{language} {number}", gender, number // 2),
                    emotion=emotion,
                    sample_rate=SAMPLE_RATE,
                    missing=True,
                    generator=draw,
                )


def tables(clips: list[Clip]) -> Iterator[tuple[str, bytes]]:
    """Yield the vectors of each clip, a file a feature set; the speech itself is not kept."""
    with ThreadPoolExecutor(WORKERS) as pool:
        for clip, vectors in zip(clips, pool.map(_vectors, clips), strict=True):
            for folder, values in vectors.items():
                yield clip.path.format(folder), _matlab(values)


def _vectors(clip: Clip) -> dict[str, np.ndarray]:
    signal = soundfile.read(io.BytesIO(speak(clip)), dtype="float32")[0]
    found = {
        name: extractor(name).extract(signal, SAMPLE_RATE)[0] for name in FEATURE_SETS if name not in UNNAMED
    }
    # the first of eGeMAPS, of pitch and loudness, stand for the publisher's own set
    found["Prosody"] = found["eGeMAPSv02"][: UNNAMED["Prosody"]]
    return {FEATURE_SETS[name]: values for name, values in found.items()}


def _matlab(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    savemat(file, {VARIABLE: values[None].astype(np.float64)})
    return HEADER + file.getvalue()[len(HEADER) :]
