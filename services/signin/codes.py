"""The codes for refusing a way to sign in."""

from __future__ import annotations

from enum import StrEnum


class SignInCode(StrEnum):
    """Why a way to sign in was refused. Each code has its words in the templates, in every language."""

    PASSWORD_SHORT = "password_short"  # noqa: S105  # the names of refusals, no secrets
    PASSWORD_LONG = "password_long"  # noqa: S105
    PASSWORD_COMMON = "password_common"  # noqa: S105
    PASSWORD_OWN = "password_own"  # noqa: S105
    LOGIN_TAKEN = "login_taken"
    LOGIN_WANTED = "login_wanted"
    CODE_WRONG = "code_wrong"
    PASSKEY_WRONG = "passkey_wrong"
    PASSKEY_KNOWN = "passkey_known"
    PASSKEYS_MANY = "passkeys_many"
    SIGN_IN_AGAIN = "sign_in_again"
