"""A whole HTML page: one file that needs no network, for the desk and the phone, by day and by night."""

import base64
import hashlib
import html

STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --soft: #555; --pale: #ddd; --ground: #fff;
--raised: #f4f5f7; --accent: #0063a0; --bad: #b00020; --warn: #ffd166; --fine: #d8efd9; --plain: #d7e3f4 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --soft: #b4b4b4; --pale: #444; --ground:
#16181c; --raised: #22262c; --accent: #7cc4ff; --bad: #ff8f8f; --warn: #7a5b00; --fine: #1f4d2a;
--plain: #29415f } }
* { box-sizing: border-box }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); margin: 0 auto;
padding: 1rem 1rem 3rem; overflow-wrap: break-word }
a { color: var(--accent) } .synthetic, .bad { color: var(--bad); font-weight: 600 }
.wide { overflow-x: auto }
img { max-width: 100%; height: auto; background: #fff }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
"""
"""What all pages share: colours of both themes; what is wider than the page scrolls (class ``wide``)."""


def html_page(title: str, body: str, style: str = "", script: str = "") -> str:
    """Return a page.

    Its policy (Content-Security-Policy) lets it load nothing and run nothing but the script here, so a text
    that was not escaped could do no harm either.

    Parameters
    ----------
    title
        As plain text.
    body
        As HTML; attributes ``style`` and ``on…`` have no effect under the policy.
    style
        CSS behind :data:`STYLE`.
    script
        JavaScript, run when the body is there.
    """
    style = STYLE + style
    runs = _allowed(script) if script else "'none'"
    policy = (
        f"default-src 'none'; img-src data:; style-src {_allowed(style)}; script-src {runs}; "
        "base-uri 'none'; form-action 'none'"
    )
    run = f"<script>{script}</script>\n" if script else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n{run}"
        "</body>\n</html>\n"
    )


def _allowed(text: str) -> str:
    """Return a text as a policy allows it: by its sha256."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
