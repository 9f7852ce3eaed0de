"""Values: dataclasses that nobody changes once they are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """A frozen dataclass whose freezing is the type checker's business.

    For what every turn makes by the dozen: `dataclass(frozen=True)` sets each field past its own guard, and making one
    takes ten times as long.
    """
    return dataclass(unsafe_hash=True)(cls)
