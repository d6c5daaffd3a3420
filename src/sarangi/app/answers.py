"""What the page says: a model's answer to a clip, and what there is to know of the model."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sarangi.app.card_text import (
    INTENDED,
    LIMITS,
    NOT_INTENDED,
    SHOWN,
    SYNTHETIC,
    UNTRAINED,
    calibrated,
    tested_on,
)
from sarangi.app.clips import NO_SPEECH, Clip, ClipError
from sarangi.app.listening import NO_PROBABILITIES, Listener, over_time
from sarangi.app.markup import between, escaped, number, status, table
from sarangi.app.picture import picture_of_answer, picture_of_sound
from sarangi.app.pinned import REVISIONS
from sarangi.models.shortest import too_short

WORDLESS = (
    "This model reads words beside the voice, and there are none. It was neither trained nor tested so: type "
    "them."
)
NOT_CALIBRATED = "How often it is right when it is so sure is not known."
NEVERTHELESS = "The model's output anyway"
NO_CARD = (
    "What this model was trained on, what it scores on unseen speakers and how sure it may be are not known: "
    "it has no card of this study."
)


NO_CARD_OF_OURS = (
    "What this model scores on unseen speakers of this study and how sure it may be are not known: it has "
    "no card of this study."
)


def answer_of(listener: Listener, clip: Clip, words: str) -> str:
    """Return what a model hears in a clip as HTML.

    Parameters
    ----------
    listener
        The model.
    clip
        What was recorded or uploaded.
    words
        That a person typed; where they are empty the model's Whisper writes them, if it is at hand.

    Raises
    ------
    ClipError
        If the model reads and nothing else, and there are no words; or the clip is too short for it.
    """
    if why := too_short(len(clip.signal), listener.shortest):
        raise ClipError(f"This clip is {why}.")
    said, by = words.strip(), "as typed"
    if listener.reads and not said and listener.writes:
        said, by = listener.transcribe([clip.signal], ["clip"])[0], "by Whisper"
    if listener.reads and not listener.hears and not said.strip():
        raise ClipError("This is a text model, and there are no words in this clip.")
    probabilities = listener.answer([clip.signal], [said])[0]
    if not np.isfinite(probabilities).all():
        raise ClipError(NO_PROBABILITIES)
    moving = over_time(listener, clip.signal, said)
    order = np.argsort(-probabilities, kind="stable")
    most, sure = listener.emotions[order[0]], float(probabilities[order[0]])
    rows = "".join(
        f'<tr><th scope="row">{escaped(listener.emotions[place])}</th>'
        f'<td class="bar" aria-hidden="true"><div style="width:{probabilities[place] * 100:.1f}%"></div></td>'
        f'<td data-emotion="{escaped(listener.emotions[place])}" data-p="{float(probabilities[place])!r}">'
        f"{probabilities[place] * 100:.1f} %</td></tr>"
        for place in order
    )
    parts = []
    if listener.card and listener.card["synthetic"]:
        parts.append(
            '<p class="synthetic">Synthetic: a model of the demo, trained on a program\'s speech.</p>'
        )
    if not clip.spoken:
        parts.append(f'<p class="warned">{NO_SPEECH}</p>')
    else:
        parts.append(
            f'<p class="said">It takes this for <em>{escaped(most)}</em>, and says {sure * 100:.0f} %.</p>'
        )
        known = calibrated(listener.card, sure) if listener.card else NOT_CALIBRATED
        parts.append(f"<p>{escaped(known)}</p>")
    if listener.reads:
        parts.append(f"<p>Words ({by}): “{escaped(said.strip()) or 'none'}”</p>")
        if not said.strip():
            parts.append(f'<p class="warned">{WORDLESS}</p>')
    heard = clip.seconds
    if listener.hears and listener.seconds and heard > listener.seconds:
        parts.append(
            f"<p>Of the {heard:.1f} s it heard the middle {listener.seconds:g} s, as in training; below, "
            "every part by itself.</p>"
        )
    if clip.note:
        parts.append(f"<p>The clip was {escaped(clip.note)}.</p>")
    numbers = (
        f'<table><caption class="sr-only">Probabilities</caption><tbody>{rows}</tbody></table>',
        picture_of_answer(clip, listener.emotions, order.tolist(), moving),
    )
    sound = f"<h3>The clip</h3>{picture_of_sound(clip)}"
    if not clip.spoken:
        # what it says of no speech has no place where an answer is looked for
        return status(
            f"{''.join(parts)}{sound}<details><summary>{NEVERTHELESS}</summary>{''.join(numbers)}</details>"
        )
    return status(f"{''.join(parts)}{numbers[0]}{sound}<h3>The answer over time</h3>{numbers[1]}")


def about(listener: Listener) -> str:
    """Return what there is to know of a model as HTML."""
    card = listener.card
    if card is None:
        parts = _foreign(listener)
        if not listener.hears or listener.seconds is None:
            parts.append(f"<p>It tells apart {escaped(', '.join(listener.emotions))}.</p>")
    else:
        parts = _known(listener, card)
    uses = (("Meant for", INTENDED), ("Not for", NOT_INTENDED), ("Limits", LIMITS))
    for head, texts in uses:
        parts.append(f"<h3>{head}</h3><ul>{''.join(f'<li>{escaped(text)}</li>' for text in texts)}</ul>")
    return "".join(parts)


def _foreign(listener: Listener) -> list[str]:
    """Return what there is to know of somebody else's model: its revision and its publisher's words."""
    revision = REVISIONS.get(listener.name)
    at = f" at revision {revision}" if revision else ""
    words = listener.own_words
    parts = [
        f"<p><strong>{escaped(listener.name)}</strong>{at}</p>",
        f'<p class="warned">{NO_CARD if words is None else NO_CARD_OF_OURS}</p>',
    ]
    if words is not None:
        facts = "; ".join(f"{called}: {told}" for called, told in words.facts.items())
        parts.append("<h3>What its own card says</h3>")
        parts.append(f"<p>{escaped(facts or 'Its licence is not stated')}.</p>")
        parts += [f"<blockquote>{escaped(text)}</blockquote>" for text in words.paragraphs]
        parts.append(f"<p>Its labels: {escaped(', '.join(listener.emotions))}.</p>")
        parts.append("<p>These are its publisher's words; this study has not checked them.</p>")
    return parts


def _known(listener: Listener, card: Mapping[str, Any]) -> list[str]:
    corpus = card["corpus"]
    parts = [f"<p><strong>{escaped(card['model'])}</strong> ({escaped(listener.name)})</p>"]
    if card["synthetic"]:
        parts.append(f'<p class="synthetic">Synthetic. {SYNTHETIC}</p>')
    if card["untrained"]:
        parts.append(f'<p class="synthetic">{UNTRAINED}</p>')
    languages = ", ".join(card["languages"]) or "not stated"
    began = "; ".join(f"{e['title']} ({e['source']})" for _, e in sorted(card["encoders"].items()))
    parts.append(
        f"<p>Trained on {escaped(corpus['title'])} ({escaped(corpus['citation'])}), language "
        f"{escaped(languages)}, from {escaped(began)}. "
        f"Emotions: {escaped(', '.join(card['emotions']))}.</p>"
    )
    whose = "Scores on unseen speakers" if card["speakers"]["unseen"] else "Scores (not on unseen speakers)"
    parts.append(
        f"<h3>{whose}</h3><p>Protocol: {escaped(card['protocol']['title'])}. Tested on "
        f"{escaped(tested_on(card))}; all folds and seeds together.</p>"
    )
    rows = [
        [
            SHOWN[row["metric"]],
            number(row["value"]),
            between(row["low"], row["high"]),
            number(row["chance"]),
            row["n"],
            row["groups"],
        ]
        for row in card["scores"]
        if row["metric"] in SHOWN
    ]
    interval = f"{card.get('confidence', 0.95) * 100:g} % interval"
    parts.append(table(["score", "value", interval, "chance", "clips", "groups"], rows))
    marks = sorted({row["mark"] for row in card["scores"]} - {""})
    parts += [f'<p class="warned">Mark: {escaped(mark)}.</p>' for mark in marks]
    known = card["calibration"]
    if known:
        rows = [
            [f"{t['from'] * 100:.0f}–{t['to'] * 100:.0f} %", f"{t['right'] * 100:.0f} %", t["answers"]]
            for t in known["tenths"]
        ]
        parts.append(
            f"<h3>Calibration</h3><p>Expected calibration error {number(known['error'])} (interval "
            f"{between(known['low'], known['high'])}). With the same probabilities and as many clips, a "
            f"perfectly calibrated model would have {number(known.get('if_calibrated'))} on average.</p>"
        )
        parts.append(table(["when it says", "it was right in", "answers"], rows))
    else:
        parts.append("<h3>Calibration</h3><p>Not known: none of its predictions could be compared.</p>")
    return parts
