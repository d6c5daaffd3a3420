"""What tables call their columns and the emotions, in several languages."""

import re
import unicodedata

from sarangi.base.emotions import canonical_of

COLUMNS = {
    "file": (
        "file", "filename", "filepath", "path", "audio", "wav", "wavfile", "recording", "clip", "sound",
        "utterance", "name", "id", "datei", "dateiname", "fichier", "chemin", "archivo", "arquivo", "dosya",
        "файл", "путь", "फ़ाइल", "فائل", "فایل", "ملف", "文件", "ファイル", "파일",
    ),
    "emotion": (
        "emotion", "emo", "emotionlabel", "label", "category", "class", "affect", "mood", "gefühl", "émotion",
        "emoción", "emozione", "emoção", "duygu", "эмоция", "भावना", "جذبہ", "جذبات", "احساس", "عاطفة",
        "情感",
        "情绪", "感情", "감정",
    ),
    "speaker": (
        "speaker", "speakerid", "spk", "spkr", "spkid", "actor", "actress", "subject", "participant",
        "person", "talker", "who", "voice", "client", "sprecher", "sprecherin", "locuteur", "orateur",
        "hablante", "locutor", "parlante", "falante", "konuşmacı", "диктор", "спикер", "वक्ता", "بولنے والا",
        "گوینده", "متحدث", "说话人", "話者", "화자",
    ),
    "group": ("group", "groupid", "cluster"),
    "session": ("session", "sessionid", "dialog", "dialogue", "conversation", "sitzung", "sesión", "séance"),
    "gender": (
        "gender", "sex", "geschlecht", "sexe", "sexo", "genre", "genero", "género", "genere", "cinsiyet",
        "пол", "लिंग", "جنس", "صنف", "性别", "性別", "성별",
    ),
    "age": ("age", "alter", "âge", "edad", "età", "idade", "yaş", "возраст", "आयु", "عمر",
            "年龄", "年齢", "나이"),
    "language": ("language", "lang", "locale", "sprache", "langue", "idioma", "lingua", "dil", "язык", "भाषा",
                 "زبان", "لغة", "语言", "言語", "언어"),
    "text": (
        "text", "transcript", "transcription", "sentence", "words", "satz", "phrase", "frase", "texte",
        "texto",
        "testo", "metin", "текст", "वाक्य", "متن", "نص", "文本", "テキスト",
    ),
    "part": ("part", "split", "subset", "partition", "set", "usage"),
    "start": ("start", "begin", "onset", "starttime", "beginning", "startseconds"),
    "end": ("end", "stop", "endtime", "finish", "endseconds"),
}  # fmt: skip
"""By what a column is, its names, the most telling first."""

EMOTIONS = {
    "angry":
        "mad rage furious wut wütend ärger zorn colère enojo enfado ira rabia rabbia raiva kızgın "
        "öfke злость гнев ग़ुस्सा गुस्सा क्रोध غصہ غصّہ خشم عصبانیت غضب 愤怒 生气 怒り 분노 ڪاوڙ ਗੁੱਸਾ",
    "calm":
        "relaxed ruhig calme calma tranquilo sakin спокойствие शांत پرسکون آرامش هدوء 平静 落ち着き",
    "disgust":
        "disgusting ekel dégoût asco disgusto nojo iğrenme отвращение घृणा نفرت انزجار اشمئزاز 厌恶 "
        "嫌悪 혐오",
    "fearful":
        "anxious scared terror angst furcht peur miedo temor paura medo korku страх डर भय خوف ڈر "
        "ترس 恐惧 害怕 恐れ 공포 ਡਰ",
    "happy":
        "joyful glad amused freude fröhlich glücklich joie heureux alegría alegria feliz "
        "felicidad gioia felicità felicidade mutlu mutluluk радость счастье खुश ख़ुश खुशी ख़ुशी "
        "خوش خوشی شادی شاد فرح سعادة 高兴 快乐 喜び 기쁨 행복 ਖੁਸ਼ ਖੁਸ਼ੀ",
    "neutral":
        "normal neutre neutro neutrale nötr nötral нейтрально нейтральный तटस्थ सामान्य نارمل "
        "خنثی محايد 中性 中立 중립 ਸਧਾਰਨ",
    "sad":
        "sorrow grief unhappy traurig trauer triste tristesse tristeza tristezza üzgün üzüntü "
        "грусть печаль उदास दुखी दुख اداس غم اداسی غمگین ناراحتی حزن 悲伤 难过 悲しみ 슬픔 ਉਦਾਸ",
    "sarcasm":
        "ironic irony sarkasmus sarcasme sarcasmo сарказм व्यंग्य طنز",
    "surprised":
        "astonished amazed überraschung überrascht surpris sorpresa sorpreso surpresa şaşkın "
        "şaşırma удивление आश्चर्य حیران حیرت تعجب مفاجأة 惊讶 驚き 놀람 ਹੈਰਾਨ",
}  # fmt: skip
"""What a canonical emotion is called, besides what :func:`sarangi.base.emotions.canonical_of` knows."""

NO_EMOTION = frozenset({
    "other", "others", "oth", "unknown", "unk", "undecided", "undefined", "unclear", "mixed", "xxx", "none",
    "null", "nan", "na", "n/a", "no agreement", "no_agreement", "ambiguous", "garbage", "noise", "silence",
    "-", "?", "autre", "andere", "otro", "altro",
})  # fmt: skip
"""Labels that say of a recording only that it has none of the emotions."""

_FOREIGN = {
    unicodedata.normalize("NFC", word).casefold(): emotion
    for emotion, words in EMOTIONS.items()
    for word in words.split()
}


def emotion_of(label: str) -> str | None:
    """Return the canonical emotion that a label means, in several languages; None for another label.

    Examples
    --------
    >>> emotion_of("Wut"), emotion_of("anger"), emotion_of("blue")
    ('angry', 'angry', None)
    """
    return canonical_of(label) or _FOREIGN.get(plain(label))


def plain(text: str) -> str:
    """Return a text in one form for comparisons: composed (NFC), without case and blanks around."""
    return unicodedata.normalize("NFC", text).strip().casefold()


def fits_name(column: str, role: str) -> int:
    """Return how well the name of a column says what it is: 0 for not at all, more for a better name.

    A whole name counts for more than a word of one, and an earlier one of :data:`COLUMNS` for more than a
    later one.

    Examples
    --------
    >>> fits_name("Speaker ID", "speaker") > fits_name("lead_actor", "speaker") > fits_name("x", "speaker")
    True
    """
    names = COLUMNS[role]
    words = [word for word in re.split(r"[\W_]+", plain(_apart(column))) if word]
    whole = "".join(words)
    best = 0
    for place, name in enumerate(names):
        worth = len(names) - place
        if whole in (name, name.replace(" ", "")):
            best = max(best, 1000 + worth)
        elif name in words:
            best = max(best, 1 + worth)
    return best


def _apart(name: str) -> str:
    """Return a name with blanks between its words where only capitals show them, as in ``speakerId``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFC", name))
