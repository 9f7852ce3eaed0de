"""The sheet that an office fills in: headings with what belongs below each, and lists to choose from."""

from __future__ import annotations

from typing import Any, BinaryIO

from services.cases.sheet import CODED, COLUMNS, MOST_ROWS, label, letters
from services.units import Directory
from templates import Texts

_WIDTHS = {"text": 60, "title": 30, "unit": 24}
_LONGEST_HINT = 255  # characters: what a spreadsheet shows beside a cell


def write_blank(out: BinaryIO, texts: Texts, directory: Directory) -> None:
    """Writes it as XLSX, in one language. What there is to choose from stands on a hidden page."""
    import xlsxwriter

    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(str(texts.of_page("cases", "sheet_blank_page")))
    choices = book.add_worksheet(str(texts.of_page("cases", "sheet_blank_lists")))
    choices.hide()
    heads, hints = texts.of_page("cases", "sheet_column"), texts.of_page("cases", "sheet_hint")
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF3FA"})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    known = {column: [label(texts, column, code) for code in codes] for column, codes in CODED.items()}
    known["unit"] = [unit.full_name for unit in directory.units]
    for place, column in enumerate(COLUMNS):
        sheet.write_string(0, place, str(heads[column]), bold)
        sheet.set_column(place, place, _WIDTHS.get(column, 16), text)
        told: dict[str, Any] = {"validate": "any", "input_message": str(hints[column])[:_LONGEST_HINT]}
        if words := known.get(column):
            choices.write_column(0, place, words)
            source = f"='{choices.get_name()}'!${letters(place)}$1:${letters(place)}${len(words)}"
            told |= {"validate": "list", "source": source, "error_type": "information"}
        sheet.data_validation(1, place, MOST_ROWS, place, told)
    sheet.freeze_panes(1, 0)
    book.close()
