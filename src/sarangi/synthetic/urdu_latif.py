"""Stand-in of URDU: most speakers have one emotion, as in the real corpus."""

from collections.abc import Iterator

from sarangi.corpora.layouts.urdu_latif import EMOTIONS, LANGUAGE
from sarangi.synthetic.corpus import generator, voice
from sarangi.synthetic.speech import Clip

SAMPLE_RATE = 44_100
SENTENCES = (
    "آج موسم بہت اچھا ہے",
    "میں کل بازار جاؤں گا",
    "وہ اپنے گھر واپس آ گیا",
    "یہ کتاب میز پر رکھی ہے",
    "ہم نے شام کو چائے پی",
    "بچے باغ میں کھیل رہے ہیں",
    "گاڑی ابھی تک نہیں آئی",
    "اس نے مجھے فون کیا تھا",
)


def clips(speakers: int, clips: int, seed: int) -> Iterator[Clip]:
    """Yield the clips of the stand-in: ``clips`` an emotion, shared among its speakers.

    One speaker in four has two emotions, the others one.
    """
    labels = list(EMOTIONS)
    genders = ["female" if number % 3 == 2 else "male" for number in range(speakers)]
    names = [f"S{gender[0].upper()}{number}" for number, gender in enumerate(genders, 1)]
    voices = [voice(seed, f"speaker {number}", gender, number) for number, gender in enumerate(genders)]
    spoken = dict.fromkeys(range(speakers), 0)
    for place, label in enumerate(labels):
        own = [n for n in range(speakers) if n % len(labels) == place]
        guests = [n for n in range(0, speakers, 4) if (n // 4 + 1) % len(labels) == place and n not in own]
        for clip in range(clips):
            number = (own + guests)[clip % len(own + guests)]
            spoken[number] += 1
            path = f"{label}/{names[number]}_F{spoken[number]}_{label[0]}0{clip + 1}.wav"
            draw = generator(seed, path)
            yield Clip(
                path=path,
                text=SENTENCES[int(draw.integers(len(SENTENCES)))],
                language=LANGUAGE,
                **voices[number],
                emotion=EMOTIONS[label],
                sample_rate=SAMPLE_RATE,
                seconds=float(draw.choice([2, 3])),
                generator=draw,
            )
