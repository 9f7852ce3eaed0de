"""The pages at which units answer what they owe: signed in, or by a link."""
