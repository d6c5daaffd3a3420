"""The way out of this machine: proxies, certificates, and what of an address no message shows.

The variables that lead to a network are the user's (``https_proxy``, ``REQUESTS_CA_BUNDLE``, …); what they
lead to is held to checksums, so that they change no result.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote
from urllib.request import getproxies_environment

from sarangi.base.errors import SarangiError

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
"""In small letters; each counts in capitals too, where the one in small letters is not set."""
CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
GIT_CERTIFICATES = ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH")
FOLDERS = ("SSL_CERT_DIR", "GIT_SSL_CAPATH")
SIGNED = re.compile(r"\?[^\s'\")]+")
NAMED = re.compile(r"//[^\s'\"]*@")


class Proxy(NamedTuple):
    """A proxy, with the variable that names it."""

    variable: str
    address: str

    def __str__(self) -> str:
        """Return the variable with the proxy's address, without name and password."""
        return f"{self.variable} ({without_password(self.address)})"


def proxy_of(address: str) -> Proxy | None:
    """Return the proxy through which an http or https address is asked, None where it is asked directly."""
    scheme = address.partition(":")[0].lower()
    if scheme not in ("http", "https"):
        return None
    known = getproxies_environment()
    kind = next((kind for kind in (scheme, "all") if known.get(kind)), None)
    if kind is None:
        return None
    from requests.utils import should_bypass_proxies  # loads long; only where there is a proxy

    if should_bypass_proxies(address, no_proxy=None):
        return None
    variable = f"{kind}_proxy"
    if not os.environ.get(variable):
        variable = next(name for name in sorted(os.environ) if name.lower() == variable)
    return Proxy(variable, known[kind])


def certificates(names: tuple[str, ...] = CERTIFICATES) -> tuple[str, str] | None:
    """Return the first of some variables that names certificates, and what it names; None where none does.

    Raises
    ------
    SarangiError
        If nothing is there.
    """
    for name in names:
        value = os.environ.get(name)
        if not value or (name in FOLDERS and not Path(value).is_dir()):  # may be a list of folders
            continue
        if not Path(value).exists():
            raise SarangiError(
                f"{name}: there are no certificates at {value!r}. Name the file of the authorities that "
                "your network trusts, or unset the variable"
            )
        return name, value
    return None


def environment_of_git() -> dict[str, str]:
    """Return the variables that lead git to the network: those of the user, as git and curl know them.

    Raises
    ------
    SarangiError
        As :func:`certificates`.
    """
    ours = (*CERTIFICATES, *GIT_CERTIFICATES, "SSH_AUTH_SOCK")
    passed = {name: text for name, text in os.environ.items() if name.lower() in PROXIES or name in ours}
    # curl takes http_proxy in small letters only
    passed |= {f"{kind}_proxy": text for kind, text in getproxies_environment().items() if text}
    found = certificates((*GIT_CERTIFICATES, *CERTIFICATES))
    if found is not None:
        passed["GIT_SSL_CAPATH" if Path(found[1]).is_dir() else "GIT_SSL_CAINFO"] = found[1]
    return passed


def without_password(text: str) -> str:
    """Return a proxy's address that has lost the name and the password, of any letters, before its host."""
    before, at, host = text.rpartition("@")
    scheme, slashes, _ = before.partition("//") if "//" in before else ("", "", "")
    return f"{scheme}{slashes}…@{host}" if at else text


def without_secrets(text: str) -> str:
    """Return a text whose addresses have lost name and password, and what follows their question mark.

    What follows the question mark of an address that we were led to may open it for others.
    """
    for name in PROXIES:
        for variable in (name, name.upper()):
            # before the patterns, which know no quote and no blank in a password
            before = os.environ.get(variable, "").rpartition("@")[0].rpartition("//")[2]
            # as it is, as Python quotes it, and as an address does
            for form in {before, repr(before)[1:-1], quote(before), quote(before, ":%"), unquote(before)} - {
                ""
            }:
                text = text.replace(form, "…")
    return SIGNED.sub("?…", NAMED.sub("//…@", text))
