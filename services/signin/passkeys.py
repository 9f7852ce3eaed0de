"""Passkeys (WebAuthn): a key that a phone or computer keeps, opened by its own lock; nothing to type, nothing to guess.

A challenge needs no row until it is used: it carries its end and a keyed hash of what it is for, and is claimed once.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import insert, select, update

from models.tables import passkeys
from services.foundation import audit, inbox
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import Vault, new_id
from services.people import Device, Right, Way, may, open_session, person, roles_of
from services.signin.codes import SignInCode
from services.signin.telling import Change, tell

VALID = timedelta(minutes=5)
MOST = 10  # passkeys of one person
MOST_BYTES = 20_000  # of an answer
CLAIMED = "passkey"  # the "channel" of used challenges, beside the real ones
SIGN_IN = "in"  # what a challenge is for; else the id of the session that adds a passkey


@dataclass(frozen=True)
class Site:
    """The site to which passkeys are bound: its host name and its origin."""

    host: str
    origin: str


@dataclass(frozen=True)
class Passkey:
    id: str
    device: Device
    made_at: datetime
    used_at: datetime | None


def site_of(address: str) -> Site | None:
    """The site of our public address; None where browsers take no passkeys: without https, or at a bare number."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" and host != "localhost" and not host.endswith(".localhost"):
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Site(host, f"{parts.scheme}://{parts.netloc}") if host else None
    return None


def passkeys_of(act: Act, person_id: str) -> list[Passkey]:
    mine = select(passkeys).where(passkeys.c.person_id == person_id).order_by(passkeys.c.made_at, passkeys.c.id)
    return [Passkey(row.id, Device(row.browser, row.system), row.made_at, row.used_at) for row in act.tx.execute(mine)]


def adding_options(act: Act, person_id: str, session_id: str, site: Site, name: str) -> str:
    """What the browser needs to make a passkey, as JSON. The device must have a lock, and keeps who it is for."""
    from webauthn import base64url_to_bytes, generate_registration_options, options_to_json
    from webauthn.helpers import structs

    one = person(act, person_id)
    if one is None:
        raise Refusal(Common.GONE)
    mine = select(passkeys.c.id, passkeys.c.sealed).where(passkeys.c.person_id == person_id)
    known = [act.vault.identities.open(row.sealed, f"passkey {row.id}")["id"] for row in act.tx.execute(mine)]
    if len(known) >= MOST:
        raise Refusal(SignInCode.PASSKEYS_MANY)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=name,
        user_name=one.name,
        user_id=bytes.fromhex(act.vault.index(person_id, "passkey user"))[:32],
        challenge=_challenge(act, session_id),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(id_)) for id_ in known],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json(options)


def add_passkey(act: Act, person_id: str, session_id: str, site: Site, answer: str, device: Device) -> None:
    """Keeps the passkey that the browser made. Raises Refusal: passkey_wrong, passkey_known."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    given = _read(answer)
    challenge = _claimed(act, given, session_id)
    try:
        made = verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Refusal(SignInCode.PASSKEY_WRONG) from error
    key_id, credential = new_id(), bytes_to_base64url(made.credential_id)
    hashed = act.vault.index(credential, "passkey")
    if act.tx.execute(select(passkeys.c.id).where(passkeys.c.credential_hash == hashed)).first():
        raise Refusal(SignInCode.PASSKEY_KNOWN)
    kept = {"id": credential, "key": bytes_to_base64url(made.credential_public_key)}
    row = {
        "id": key_id,
        "person_id": person_id,
        "credential_hash": hashed,
        "sealed": act.vault.identities.seal(kept, f"passkey {key_id}"),
        "sign_count": made.sign_count,
        "browser": device.browser,
        "system": device.system,
        "made_at": act.now,
    }
    act.tx.execute(insert(passkeys).values(**row))
    audit.append(act, "passkey_added", person_id)
    tell(act, person_id, Change.PASSKEY)


def remove_passkey(act: Act, person_id: str, key_id: str) -> None:
    mine = passkeys.c.person_id == person_id, passkeys.c.id == key_id
    if act.tx.execute(passkeys.delete().where(*mine)).rowcount:
        audit.append(act, "passkey_removed", person_id)


def asking_options(act: Act, site: Site) -> str:
    """What the browser needs to ask for a passkey, as JSON. It names nobody: the device knows its own."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    required = UserVerificationRequirement.REQUIRED
    challenge = _challenge(act, SIGN_IN)
    return options_to_json(
        generate_authentication_options(rp_id=site.host, challenge=challenge, user_verification=required)
    )


def enter(act: Act, site: Site, answer: str, device: Device, longest: timedelta) -> str:
    """Opens a session for whoever proves a passkey; returns its token. Raises Refusal: passkey_wrong."""
    from webauthn import base64url_to_bytes, verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    given = _read(answer)
    hashed = act.vault.index(str(given.get("id", "")), "passkey")
    row = act.tx.execute(select(passkeys).where(passkeys.c.credential_hash == hashed).with_for_update()).first()
    challenge = _claimed(act, given, SIGN_IN)
    if row is None or not may(roles_of(act, row.person_id), Right.SIGN_IN):
        raise Refusal(SignInCode.PASSKEY_WRONG)
    kept = act.vault.identities.open(row.sealed, f"passkey {row.id}")
    try:
        proved = verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(kept["key"]),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Refusal(SignInCode.PASSKEY_WRONG) from error
    used = {"sign_count": proved.new_sign_count, "used_at": act.now}
    act.tx.execute(update(passkeys).where(passkeys.c.id == row.id).values(**used))
    return open_session(act, row.person_id, Way.PASSKEY, device, longest)


def _challenge(act: Act, purpose: str) -> bytes:
    """A challenge: 16 random bytes, its end in 8, and a keyed hash of both and of what it is for."""
    made = secrets.token_bytes(16) + int((act.now + VALID).timestamp()).to_bytes(8, "big")
    return made + _seal(act.vault, made, purpose)


def _seal(vault: Vault, made: bytes, purpose: str) -> bytes:
    return bytes.fromhex(vault.index(f"{purpose}\0{made.hex()}", "challenge"))[:16]


def _claimed(act: Act, given: dict[str, Any], purpose: str) -> bytes:
    """The challenge that an answer names, where it is one of ours for this purpose, in time and not used before."""
    from webauthn import base64url_to_bytes

    try:
        told = json.loads(base64url_to_bytes(given["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(told["challenge"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(SignInCode.PASSKEY_WRONG) from error
    made, seal = challenge[:24], challenge[24:]
    ours = len(challenge) == 40 and hmac.compare_digest(seal, _seal(act.vault, made, purpose))
    if not ours or int.from_bytes(made[16:], "big") < act.now.timestamp():
        raise Refusal(SignInCode.PASSKEY_WRONG)
    if not inbox.claim(act, CLAIMED, made.hex()):
        raise Refusal(SignInCode.PASSKEY_WRONG)
    return challenge


def _read(answer: str) -> dict[str, Any]:
    try:
        given = json.loads(answer) if len(answer) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Refusal(SignInCode.PASSKEY_WRONG)
    return given
