"""PDF files as the office sends them: no mark of who made them stays, and the pages look as before."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ContentStream

import media
from tests.drivers.media_samples import MARK
from tests.drivers.pdf_samples import TEXT, WITH_COPIES, WROTE, copy_of, marked, marks, note, plain, stream, written


def test_the_pages_stay_and_no_mark_does() -> None:
    source = marked()
    assert len(marks(source)) > 20
    copy = copy_of(source)
    assert marks(copy) == []
    assert media.sniff(copy) == "application/pdf"
    reader = PdfReader(io.BytesIO(copy), strict=True)
    assert [page.extract_text().strip() for page in reader.pages] == [TEXT]
    assert reader.pages[0].mediabox.right == 300
    assert reader.metadata is None
    assert "/ID" not in reader.trailer
    assert copy.count(b"%%EOF") == 1
    assert reader.page_labels == ["A-i"]
    assert reader.root_object["/OCProperties"]["/OCGs"][0]["/Name"] == "Layer"
    for gone in (b"/JavaScript", b"/Launch", b"/GoToR", b"/OpenAction", b"/AA", b"/EF", b"/Sig", b"/StructTreeRoot"):
        assert gone not in copy, gone


def test_links_comments_fields_and_the_outline_stay() -> None:
    reader = PdfReader(io.BytesIO(copy_of(marked())))
    notes = [one.get_object() for one in reader.pages[0]["/Annots"]]
    assert [one["/Subtype"] for one in notes] == ["/Text", "/Link", "/Link", "/Link", "/Widget", "/Stamp", "/Link"]
    comment, link, *dead, field, seal, local = notes
    assert comment["/Contents"] == "please check"
    assert not {"/T", "/M", "/NM", "/CreationDate", "/Popup", "/RC", "/IRT", "/P"} & comment.keys()
    assert link["/A"]["/URI"] == "https://example.org/form"
    assert all("/A" not in one for one in (*dead, local))
    assert (field["/T"], field["/V"]) == ("name", "a word")
    assert list(reader.get_fields() or ()) == ["name"], "the signature vouches for nothing any more"
    assert seal["/AP"]["/N"].get_data() == b"0 0 10 10 re f", "the seal is still seen"
    first, below, second = reader.outline
    assert [one["/Title"] for one in (first, *below, second)] == ["One", "Below", "Two"]
    assert [reader.get_destination_page_number(one) for one in (first, *below)] == [0, 0]


ACTIONS = (
    "SubmitForm",
    "ImportData",
    "ResetForm",
    "Hide",
    "Launch",
    "GoToR",
    "GoToE",
    "GoTo3DView",
    "GoToDp",
    "Thread",
    "JavaScript",
    "Rendition",
    "Movie",
    "Sound",
    "Trans",
    "SetOCGState",
    "RichMediaExecute",
    "Mine",
)


@pytest.mark.parametrize("kind", ACTIONS)
def test_no_action_stays_that_does_more_than_show_a_page(kind: str) -> None:
    action = f"<</S /{kind} /F ({MARK}) /URI (https://{MARK}.example.org) /JS ({MARK}) /D [3 0 R /Fit] /N /NextPage>>"
    turning = f"<</S /GoTo /D [3 0 R /Fit] /Next {action}>>"
    objects = plain() | {
        1: f"""<</Type /Catalog /Pages 2 0 R /OpenAction {action} /AA <</WC {action}>> /Outlines 10 0 R
            /AcroForm <</Fields [13 0 R] /XFA null>> /Names <</JavaScript <</Names [(a) {action}]>>>>>>""",
        3: f"""<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 5 0 R /AA <</O {action}>>
            /Annots [12 0 R 13 0 R 14 0 R]>>""",
        10: "<</First 11 0 R /Last 11 0 R /Count 1>>",
        11: f"<</Title (One) /Parent 10 0 R /A {action} /AA {action}>>",
        12: note("Link", f"/A {action} /PA {action}"),
        13: note("Widget", f"/FT /Btn /T (button) /A 15 0 R /AA <</U {action}>> /MK <</CA (Send)>>"),
        14: note("Link", f"/A {turning}"),
        15: action,
    }
    copy = copy_of(written(objects))
    assert marks(copy) == []
    assert f"/{kind}".encode() not in copy
    link, button, turn = (one.get_object() for one in PdfReader(io.BytesIO(copy)).pages[0]["/Annots"])
    assert not {"/A", "/AA", "/PA"} & (link.keys() | button.keys())
    assert turn["/A"].keys() == {"/S", "/D"}


@pytest.mark.parametrize("kind", ["FileAttachment", "RichMedia", "3D", "Movie", "Sound", "Screen", "Redact", "Mine"])
def test_nothing_that_plays_or_holds_a_file_stays(kind: str) -> None:
    objects = plain() | {
        3: "<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 5 0 R /Annots [10 0 R]>>",
        10: note(kind, "/FS 11 0 R /RichMediaContent 11 0 R /3DD 11 0 R /Movie 11 0 R /Sound 11 0 R /AP <</N 11 0 R>>"),
        11: stream(MARK, "/Type /EmbeddedFile"),
    }
    copy = copy_of(written(objects))
    assert marks(copy) == []
    assert "/Annots" not in PdfReader(io.BytesIO(copy)).pages[0] or not PdfReader(io.BytesIO(copy)).pages[0]["/Annots"]


def test_a_hidden_layer_stays_hidden() -> None:
    objects = plain() | {
        1: f"""<</Type /Catalog /Pages 2 0 R /OCProperties <</OCGs [10 0 R 11 0 R]
            /D <</Creator ({MARK}) /BaseState /ON /OFF [11 0 R] /Order [10 0 R 11 0 R]>>>>>>""",
        4: stream(f"/OC /A BDC {WROTE} EMC /OC /B BDC BT /F1 9 Tf (unseen) Tj ET EMC"),
        5: "<</Font <</F1 6 0 R>> /XObject <</Photo 7 0 R>> /Properties <</A 10 0 R /B 12 0 R>>>>",
        10: "<</Type /OCG /Name (Seen)>>",
        11: f"<</Type /OCG /Name (Unseen) /Usage <</CreatorInfo <</Creator ({MARK})>>>>>>",
        12: "<</Type /OCMD /OCGs [11 0 R] /P /AllOn>>",
    }
    copy = copy_of(written(objects))
    assert marks(copy) == []
    reader = PdfReader(io.BytesIO(copy))
    layers = reader.root_object["/OCProperties"]
    assert [one["/Name"] for one in layers["/D"]["/OFF"]] == ["Unseen"]
    member = reader.pages[0]["/Resources"]["/Properties"]["/B"]
    assert list(member["/OCGs"]) == list(layers["/D"]["/OFF"]), "the same object: one switch for both"


def test_a_link_to_a_page_that_was_taken_out_leads_nowhere() -> None:
    """Nor does the page come back with it, nor the name that it had."""
    objects = plain() | {
        1: f"<</Type /Catalog /Pages 2 0 R /Names <</Dests <</Names [({MARK}) [19 0 R /Fit]]>>>>>>",
        3: "<</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 5 0 R /Annots [10 0 R 11 0 R]>>",
        10: note("Link", f"/Dest ({MARK})"),
        11: note("Link", "/A <</S /GoTo /D [19 0 R /Fit]>>"),
        19: f"<</Type /Page /Contents 20 0 R /Mine ({MARK})>>",
        20: stream(f"BT ({MARK}) Tj ET"),
    }
    copy = copy_of(written(objects))
    assert marks(copy) == []
    links = [one.get_object() for one in PdfReader(io.BytesIO(copy)).pages[0]["/Annots"]]
    assert [one.keys() & {"/A", "/Dest"} for one in links] == [set(), set()]


def test_names_that_are_not_utf_8_still_fit_the_page() -> None:
    """A Chinese program writes them in GBK, in the page's instructions as well as in its list of fonts."""
    font = "宋体".encode("gbk")
    objects = plain() | {
        4: stream(WROTE.encode().replace(b"F1", font)),
        5: b"<</Font <</" + font + b" 6 0 R>> /XObject <</Photo 7 0 R>>>>",
    }
    copy = PdfReader(io.BytesIO(copy_of(written(objects))))
    page = copy.pages[0]
    assert [name[1:].encode("latin-1") for name in page["/Resources"]["/Font"]] == [font]
    assert font in page["/Contents"].get_data()


def test_pages_that_a_tree_holds_keep_their_order_and_what_they_inherit() -> None:
    objects = plain() | {
        2: "<</Type /Pages /Kids [10 0 R 3 0 R] /Count 3 /MediaBox [0 0 300 200] /Rotate 90>>",
        10: "<</Type /Pages /Parent 2 0 R /Kids [11 0 R 12 0 R] /Count 2 /Resources 5 0 R>>",
        11: "<</Type /Page /Parent 10 0 R /Contents 13 0 R>>",
        12: "<</Type /Page /Parent 10 0 R /Contents 4 0 R /Rotate 0>>",
        13: stream("BT /F1 9 Tf (first) Tj ET"),
    }
    pages = PdfReader(io.BytesIO(copy_of(written(objects)))).pages
    assert [page.extract_text().strip() for page in pages] == ["first", TEXT, TEXT]
    assert [page.rotation for page in pages] == [90, 0, 90]


def test_a_file_of_packed_objects_and_one_whose_table_is_wrong_are_read() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(marked()))
    out = io.BytesIO()
    writer.write(out)
    wrong = re.sub(rb"\d{10} 00000 n", b"0000000007 00000 n", written(plain()))
    for data in (out.getvalue(), wrong):
        copy = copy_of(data)
        assert marks(copy) == []
        assert TEXT in PdfReader(io.BytesIO(copy)).pages[0].extract_text()


def test_evidence_has_no_copy() -> None:
    assert media.clean(marked()).copy == b""


def test_a_folder_of_files_has_no_copy() -> None:
    folder = plain() | {1: "<</Type /Catalog /Pages 2 0 R /Collection <</View /D>>>>"}
    assert copy_of(written(folder)) == b""


SOURCE = marked()


async def test_the_child_makes_the_same_copy() -> None:
    apart = await media.clean_apart(SOURCE, WITH_COPIES)
    assert marks(apart.copy) == []
    assert apart.copy == copy_of(SOURCE)


def test_the_page_of_the_copy_is_drawn_by_the_same_instructions() -> None:
    for data in (SOURCE, written(plain())):
        old, new = (PdfReader(io.BytesIO(one)).pages[0] for one in (data, copy_of(data)))
        drawn = [ContentStream(page["/Contents"], None).operations for page in (old, new)]
        assert drawn[0] == drawn[1]
