"""Passwords with the codes of an authenticator app: what makes a good one, setting it, and proving it.

The Argon2 hash takes a tenth of a second and much memory: it is made and compared outside of transactions, in between
two of them (`begin`, `matches`, `finish`). A name that nobody has costs the same and is answered the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, insert, select, update

from models.tables import passwords
from rulebooks import HERE
from services.foundation import audit, phones
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.foundation.wording import readable
from services.people import Device, Person, Right, Way, may, open_session, person, roles_of, same_name, with_number
from services.signin import totp
from services.signin.codes import SignInCode
from services.signin.own_words import tells_enough
from services.signin.pace import NOW, Counted, Pace, forgive, take
from services.signin.telling import Change, tell

SHORTEST, LONGEST = 10, 200  # characters
LONGEST_LOGIN = 50
FEWEST_DIFFERENT = 5  # characters: "ababababab" is as good as none
OF_ONE = Pace("signin_one", 20, timedelta(minutes=3))  # of one name, from anywhere
OF_ONE_HERE = Pace("signin_here", 5, timedelta(minutes=1))  # of one name, from one address
OF_KNOWN = Pace("signin_known", 10, timedelta(seconds=30))  # in a browser where this person has signed in before
OF_ADDRESS = Pace("signin_address", 100, timedelta(seconds=5))
_hasher = PasswordHasher()


@dataclass(frozen=True)
class Try:
    """Somebody who tries to sign in: who it would be, and the hash to compare with; empty for nobody."""

    person_id: str | None
    hashed: str
    counted: Sequence[Counted]


def normal(password: str) -> str:
    """The password as it is hashed: the same however a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", password)


def check(act: Act, password: str, person: Person, login: str) -> None:
    """Refuses what others guess first. Long is what counts; nobody is asked for signs and capitals."""
    typed = normal(password)
    if len(typed) < SHORTEST:
        raise Refusal(SignInCode.PASSWORD_SHORT, "password")
    if len(typed) > LONGEST:
        raise Refusal(SignInCode.PASSWORD_LONG, "password")
    plain = typed.casefold()
    bare = _without_ours(plain)
    if (
        plain in _common()
        or (bare != plain and len(bare) < SHORTEST)
        or plain.isdigit()
        or len(set(plain)) < FEWEST_DIFFERENT
        or _runs(plain)
    ):
        raise Refusal(SignInCode.PASSWORD_COMMON, "password")
    if not tells_enough(act, typed, person, login, SHORTEST):
        raise Refusal(SignInCode.PASSWORD_OWN, "password")


def hashed(password: str) -> str:
    """The Argon2id hash of a password; takes its time."""
    return _hasher.hash(normal(password))


def matches(known: str, password: str) -> bool:
    """Whether a password is the one that was hashed; takes the same time either way, and where there is no hash."""
    try:
        return _hasher.verify(known or _nobody(), normal(password)[: 4 * LONGEST])
    except (VerificationError, InvalidHashError):
        return False


def login_for(act: Act, person: Person) -> str:
    """What this person signs in with: the login of their password, else their name, with a number if it is taken."""
    row = _row(act, person.id)
    if row is not None:
        return _open(act, row)["login"]
    names = [person.name, *(f"{person.name}{n}" for n in range(2, 100))]
    return next(name for name in names if _holder(act, name) is None)


def set_password(act: Act, person_id: str, login: str, made: str, secret: str, code: str) -> None:
    """Sets the password (as its hash) and the authenticator's secret, proved by a code of it.

    Raises Refusal: gone, login_wanted, login_taken, code_wrong.
    """
    if person(act, person_id) is None:
        raise Refusal(Common.GONE)
    login = " ".join(readable(login).split())[:LONGEST_LOGIN]
    if not same_name(login):
        raise Refusal(SignInCode.LOGIN_WANTED, "login")
    if _holder(act, login) not in (None, person_id):
        raise Refusal(SignInCode.LOGIN_TAKEN, "login")
    step = totp.matching_step(act, secret, code, 0)
    if step is None:
        raise Refusal(SignInCode.CODE_WRONG, "code")
    act.tx.execute(passwords.delete().where(passwords.c.person_id == person_id))
    sealed = act.vault.identities.seal({"login": login, "hash": made, "secret": secret}, f"password {person_id}")
    row = {"person_id": person_id, "login_hash": _login_hash(act, login), "sealed": sealed}
    act.tx.execute(insert(passwords).values(**row, last_step=step, set_at=act.now))
    audit.append(act, "password_set", person_id)
    tell(act, person_id, Change.PASSWORD)


def remove_password(act: Act, person_id: str) -> None:
    if act.tx.execute(passwords.delete().where(passwords.c.person_id == person_id)).rowcount:
        audit.append(act, "password_removed", person_id)


def begin(act: Act, login: str, address: str, known: str) -> Try | timedelta:
    """Counts a try and says whose it is; or how long to wait. `known`: whom this browser has let in before, or ""."""
    person_id = _found(act, login)
    if person_id is not None and person_id == known:
        counted = [Counted(OF_KNOWN, person_id)]  # whatever others try, it does not lock the owner out
    else:
        # By what was typed: a name and a number that were counted together would tell whose number it is.
        who = same_name(login)[:LONGEST_LOGIN]
        counted = [Counted(OF_ONE_HERE, f"{who}\0{address}"), Counted(OF_ONE, who), Counted(OF_ADDRESS, address)]
    wait = take(act, counted)
    if wait > NOW:
        return wait
    row = _row(act, person_id) if person_id else None
    return Try(person_id if row else None, _open(act, row)["hash"] if row else "", counted)


def finish(act: Act, tried: Try, right: bool, code: str, device: Device, longest: timedelta) -> str | None:
    """Opens a session where password and code were right; spends the code. Returns the session's token."""
    row = _row(act, tried.person_id, lock=True) if tried.person_id else None
    if row is None or not right:
        return None
    sealed = _open(act, row)
    step = totp.matching_step(act, sealed["secret"], code, row.last_step)
    if step is None or sealed["hash"] != tried.hashed or not may(roles_of(act, row.person_id), Right.SIGN_IN):
        return None
    newer = passwords.c.person_id == row.person_id, passwords.c.last_step < step
    if not act.tx.execute(update(passwords).where(*newer).values(last_step=step)).rowcount:
        return None
    forgive(act, [one for one in tried.counted if one.pace is not OF_ADDRESS])
    return open_session(act, row.person_id, Way.PASSWORD, device, longest)


def _found(act: Act, login: str) -> str | None:
    """The person meant by a login, or by a phone number that only one has."""
    holder = _holder(act, login)
    if holder is not None:
        return holder
    try:
        having = with_number(act, phones.normalised(login))
    except phones.BadNumber:
        return None
    return having[0] if len(having) == 1 else None


def _holder(act: Act, login: str) -> str | None:
    held = passwords.c.login_hash == _login_hash(act, login)
    return act.tx.execute(select(passwords.c.person_id).where(held)).scalar()


def _login_hash(act: Act, login: str) -> str:
    return act.vault.index(same_name(login), "login name")


def _row(act: Act, person_id: str, *, lock: bool = False) -> Row[tuple[object, ...]] | None:
    mine = select(passwords).where(passwords.c.person_id == person_id)
    return act.tx.execute(mine.with_for_update() if lock else mine).first()


def _open(act: Act, row: Row[tuple[object, ...]]) -> dict[str, str]:
    return act.vault.identities.open(row.sealed, f"password {row.person_id}")


def _runs(plain: str) -> bool:
    """Whether it is one run up or down, or the same few characters again and again."""
    steps = {ord(b) - ord(a) for a, b in pairwise(plain)}
    return steps in ({1}, {-1}) or any(plain == (plain[:n] * len(plain))[: len(plain)] for n in range(1, 4))


@cache
def _common() -> frozenset[str]:
    """The passwords that most people choose, as far as they are long enough."""
    return frozenset((HERE / "common_passwords.txt").read_text(encoding="utf-8").split())


def _without_ours(plain: str) -> str:
    """The password without the words that stand for this office and its program: they are guessed first."""
    for word in _ours():
        plain = plain.replace(word, "")
    return plain


@cache
def _ours() -> Sequence[str]:
    return (HERE / "password_words.txt").read_text(encoding="utf-8").split()


@cache
def _nobody() -> str:
    """A hash that no password fits, to be compared with where there is nobody."""
    return hashed("\0nobody")
