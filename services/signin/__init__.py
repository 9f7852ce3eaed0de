"""Signing in again by oneself: passkeys, passwords with an authenticator, recovery codes, and links on request."""

from services.signin.asking import MINUTES as LINK_MINUTES
from services.signin.asking import ask_link, link_for
from services.signin.codes import SignInCode
from services.signin.door import CHAT, PAGES, Admitted, admit
from services.signin.pace import Counted, Pace, forget_tries, forgive, take
from services.signin.passkeys import (
    Passkey,
    Site,
    add_passkey,
    adding_options,
    asking_options,
    enter,
    passkeys_of,
    remove_passkey,
    site_of,
)
from services.signin.passwords import (
    Try,
    begin,
    check,
    finish,
    hashed,
    login_for,
    matches,
    remove_password,
    set_password,
)
from services.signin.recovery import codes_left, make_codes, use_code
from services.signin.totp import address_of, digits_of, new_secret
from services.signin.ways import Ways, has_way, is_stale, prove_fresh, take_ways, ways_of

__all__ = [
    "CHAT",
    "LINK_MINUTES",
    "PAGES",
    "Admitted",
    "Counted",
    "Pace",
    "Passkey",
    "SignInCode",
    "Site",
    "Try",
    "Ways",
    "add_passkey",
    "adding_options",
    "address_of",
    "admit",
    "ask_link",
    "asking_options",
    "begin",
    "check",
    "codes_left",
    "digits_of",
    "enter",
    "finish",
    "forget_tries",
    "forgive",
    "has_way",
    "hashed",
    "is_stale",
    "link_for",
    "login_for",
    "make_codes",
    "matches",
    "new_secret",
    "passkeys_of",
    "prove_fresh",
    "remove_passkey",
    "remove_password",
    "set_password",
    "site_of",
    "take",
    "take_ways",
    "use_code",
    "ways_of",
]
