"""Error rates of transcripts, both texts normalised."""

import re
import unicodedata

import jiwer
from whisper.normalizers import EnglishTextNormalizer

ENGLISH = EnglishTextNormalizer()
# what Arabic script writes in two ways: vowel signs, the tatweel, joiners and directions; letters of
# another keyboard; the joiner inside Persian words
OPTIONAL = re.compile("[\u064b-\u065f\u0670\u0640\u200d-\u200f\ufeff]")
ALIKE = str.maketrans({"\u064a": "\u06cc", "\u0649": "\u06cc", "\u0643": "\u06a9", "\u200c": " "})


def error_rates(reference: str | None, text: str, language: str) -> dict[str, float | None]:
    """Return word and character error rate of a text, both normalised; None without a reference.

    Parameters
    ----------
    reference
        What was said.
    text
        What was heard.
    language
        Of the reference.

    Returns
    -------
    dict
        ``wer`` and ``cer``, edits for each word and character of the reference (by jiwer), and the
        ``words`` and ``characters`` of the reference.
    """
    said = normalised(reference or "", language)
    if not said:
        return dict.fromkeys(("wer", "cer", "words", "characters"))
    heard = normalised(text, language)
    return {
        "wer": jiwer.wer(said, heard),
        "cer": jiwer.cer(said, heard),
        "words": len(said.split()),
        "characters": len(said),
    }


def normalised(text: str, language: str) -> str:
    """Return a text in lower case without punctuation, as error rates compare it.

    English goes through Whisper's own normaliser.  Its normaliser for other languages takes every
    combining mark for punctuation, and so the vowels of Devanagari and Gurmukhi; instead, Unicode's
    compatibility form (NFKC, Unicode Standard Annex 15) is taken, case folded, punctuation and symbols
    become spaces, digits of all scripts are alike, and what Arabic script writes in two ways is written in
    one: short vowels, the tatweel and directions are dropped, Arabic ye and kaf are Persian ones, and the
    Persian joiner is a space.
    """
    if language == "en":
        return ENGLISH(text).strip()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    one_way = OPTIONAL.sub("", folded).translate(ALIKE)
    return " ".join("".join(_plain(character) for character in one_way).split())


def _plain(character: str) -> str:
    if unicodedata.category(character)[0] in "PSZC":
        return " "
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)
