"""Word and Excel files as the office sends them: no mark of who wrote them stays, the words do, traps are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as Drawing
from PIL import Image

import media
from media import DEFAULT_LIMITS, Refused
from tests.drivers.media_samples import MARK, holds_mark, photo_jpeg, picture, saved

WITH_COPIES = replace(DEFAULT_LIMITS, documents=True)
TEXT = "请各单位于周五前报送自查材料 & <表二>"
HEAD = "<?xml version='1.0' encoding='UTF-8'?>"
WORD = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MANY = f'<Relationships xmlns="{PACKAGE}/relationships">'
FIELD = "<w:fldChar/><w:instrText>INCL</w:instrText><w:instrText>UDEPICTURE x</w:instrText>"
SAID = "<w:r w:rsidR='00AB12CD'><w:t xml:space='preserve'>请各单位于周五前报送自查材料 &amp; &lt;表二&gt;</w:t></w:r>"

PARTS: dict[str, str | bytes] = {
    "[Content_Types].xml": f"""{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"
        ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>""",
    "_rels/.rels": f"""{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"
        Type="{RELATED}/officeDocument" Target="word/document.xml"/><Relationship Id="rId2"
        Type="{PACKAGE}/relationships/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/></Relationships>""",
    "docProps/core.xml": f"<p><creator>{MARK}</creator></p>",
    "docProps/app.xml": f"<p><Company>{MARK}</Company></p>",
    "docProps/custom.xml": f"<p>{MARK}</p>",
    "docProps/thumbnail.jpeg": photo_jpeg(),
    "docMetadata/LabelInfo.xml": f"<labels tenant='{MARK}'/>",
    "customXml/item1.xml": f"<properties><owner>{MARK}</owner></properties>",
    "word/document.xml": f"""{HEAD}<!-- {MARK} --><?mark {MARK}?><w:document {WORD}><w:body><w:p>{SAID}
        <w:ins w:id="1" w:author='{MARK}' w:date="2026-11-20T09:00:00Z"><w:r><w:t>第二段</w:t></w:r></w:ins>
        <w:r><w:instrText>HYPERLINK "https://example.org/link"</w:instrText></w:r></w:p></w:body></w:document>""",
    "word/comments.xml": f"""<w:comments {WORD}><w:comment w:id="0" w:author="{MARK}" w:initials="{MARK}"
        w:date="2026-11-20T09:00:00Z"><w:p><w:r><w:t>批注</w:t></w:r></w:p></w:comment></w:comments>""",
    "word/people.xml": f"""<x:people xmlns:x="urn:p"><x:person x:author="{MARK}"><x:presenceInfo x:providerId="AD"
        x:userId="S::{MARK}@example.org"/></x:person></x:people>""",
    "word/settings.xml": f"""<w:settings {WORD}><w:rsids><w:rsid w:val="{MARK}"/></w:rsids><w:docVars>
        <w:docVar w:name="a" w:val="{MARK}"/></w:docVars><w:zoom w:percent="100"/></w:settings>""",
    "word/_rels/document.xml.rels": f"""<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"
        Type="{RELATED}/attachedTemplate" Target="file:///C:/{MARK}/a.dotm" TargetMode='External'/><Relationship
        Id="rId2" Type="{RELATED}/image" Target="http://{MARK}.example.org/a.png" TargetMode="External"/><Relationship
        Id="rId3" Type="{RELATED}/hyperlink" Target="https://example.org/form" TargetMode="External"/><Relationship
        Id="rId4" Type="{RELATED}/hyperlink" Target="file:///C:/{MARK}" TargetMode="External"/></Relationships>""",
    "word/media/image1.jpeg": photo_jpeg(),
}


def packed(parts: Mapping[str, str | bytes], **more: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = MARK.encode()
        for name, part in {**parts, **more}.items():
            archive.writestr(name, part)
    return out.getvalue()


def docx(**more: str | bytes) -> bytes:
    return packed(PARTS, **more)


def with_document(text: str) -> bytes:
    return docx(**{"word/document.xml": f"{HEAD}{text}"})


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    book.properties.creator = book.properties.lastModifiedBy = MARK
    sheet["A1"] = TEXT
    sheet["A1"].comment = Comment(f"{MARK}:\n请核对", MARK)
    sheet["B1"] = "表格"
    sheet["B1"].hyperlink = "https://example.org/form"
    sheet.add_image(Drawing(io.BytesIO(photo_jpeg())), "C3")
    out = io.BytesIO()
    book.save(out)
    more = {
        "xl/persons/person.xml": f'<list xmlns="urn:t"><person displayName="{MARK}" id="1" userId="{MARK}"/></list>',
        "xl/printerSettings/printerSettings1.bin": MARK.encode("utf-16-le"),
        "xl/worksheets/_rels/extra.xml.rels": f'{MANY}<Relationship Id="rId1" '
        f'Type="{RELATED}/printerSettings" Target="../printerSettings/printerSettings1.bin"/></Relationships>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": f'{MANY}<Relationship Id="rId1" '
        f'Type="{RELATED}/externalLinkPath" Target="file:///C:/{MARK}/b.xlsx" TargetMode="External"/>'
        "</Relationships>",
    }
    with zipfile.ZipFile(out, "a") as archive:
        for name, part in more.items():
            archive.writestr(name, part)
    return out.getvalue()


PLACES = (
    f"C:\\Users\\{MARK}\\Desktop\\",
    f"d:/{MARK}/",
    f"\\\\server\\{MARK}\\",
    f"file:///C:/Users/{MARK}/",
    f"/Users/{MARK}/Documents/",
    f"/home/{MARK}/",
)


def copy_of(data: bytes) -> bytes:
    return media.clean(data, WITH_COPIES).copy


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def marked(data: bytes) -> list[str]:
    return ["the file itself"] * (MARK.encode() in data) + [n for n, part in parts_of(data).items() if holds_mark(part)]


def code_of(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        copy_of(data)
    return refused.value.code


def test_a_word_file_keeps_its_words_and_nothing_of_its_authors() -> None:
    source = docx()
    assert len(marked(source)) > 9
    copy = copy_of(source)
    assert marked(copy) == []
    assert media.sniff(copy) == media.sniff(source)
    parts = {name: part.decode() for name, part in parts_of(copy).items() if not name.endswith("jpeg")}
    assert "请各单位于周五前报送自查材料 &amp; &lt;表二&gt;" in parts["word/document.xml"]
    assert "第二段" in parts["word/document.xml"]
    assert "批注" in parts["word/comments.xml"]
    assert 'w:author="Author"' in parts["word/comments.xml"], "the format wants one"
    assert "2026-11-20" not in "".join(parts.values()), "when it was written"
    assert "00AB12CD" not in "".join(parts.values()), "in which sitting"
    links = parts["word/_rels/document.xml.rels"]
    assert links.count("<Relationship ") == 4, "nothing that names one is broken"
    assert "https://example.org/form" in links
    assert "thumbnail" not in parts["_rels/.rels"]


def test_a_picture_in_it_shows_the_same_without_its_place() -> None:
    copy = Image.open(io.BytesIO(parts_of(copy_of(docx()))["word/media/image1.jpeg"]))
    assert (copy.size, dict(copy.getexif()), copy.info.get("icc_profile")) == ((80, 60), {}, None)
    red, green, blue = copy.convert("RGB").getpixel((70, 50))  # pyright: ignore[reportGeneralTypeIssues]
    assert red > 150
    assert max(green, blue) < 80
    seen_through = saved(picture(mode="RGBA").quantize(), "PNG", transparency=0)
    kept = parts_of(copy_of(docx(**{"word/media/image2.png": seen_through})))["word/media/image2.png"]
    assert Image.open(io.BytesIO(kept)).mode == "RGBA"


def test_a_picture_keeps_its_description_unless_it_is_the_name_of_its_file() -> None:
    described = f"""<w:p {WORD} xmlns:a="urn:a" xmlns:v="urn:v"><a:docPr id="1" descr="C:\\Users\\{MARK}\\a"/>
        <a:cNvPr name="{MARK}.jpg" descr="{MARK}.JPG"/><v:shape alt="IMG: D:\\{MARK}.png"/>
        <v:imagedata src="{MARK}" xmlns:o="urn:o" o:title="{MARK}" o:href="file:///{MARK}"/>
        <a:docPr name="Picture 2" descr="各单位得分. 图一"/></w:p>"""
    copy = copy_of(with_document(described))
    assert marked(copy) == []
    assert 'descr="各单位得分. 图一"' in parts_of(copy)["word/document.xml"].decode()


def test_what_is_bound_to_a_property_keeps_its_words() -> None:
    """The properties are empty in the copy, and Word would show them in place of the words."""
    bound = f"""<w:p {WORD}><w:sdt><w:sdtPr><w:dataBinding w:xpath="/coreProperties[1]/title[1]"/><w:text/></w:sdtPr>
        <w:sdtContent><w:r><w:t>年度工作通报</w:t></w:r></w:sdtContent></w:sdt></w:p>"""
    kept = parts_of(copy_of(with_document(bound)))["word/document.xml"].decode()
    assert "年度工作通报" in kept
    assert "dataBinding" not in kept
    assert "<w:text></w:text>" in kept, "what stands beside it"


def test_an_excel_file_keeps_its_cells_and_nothing_of_its_authors() -> None:
    source = xlsx()
    assert len(marked(source)) > 5
    copy = copy_of(source)
    assert marked(copy) == []
    sheet = openpyxl.load_workbook(io.BytesIO(copy)).active
    assert sheet is not None
    assert (sheet["A1"].value, sheet["B1"].value) == (TEXT, "表格")
    assert sheet["B1"].hyperlink.target == "https://example.org/form"
    assert sheet["A1"].comment.text == "Author:\n请核对"
    assert [name for name in parts_of(copy) if name.startswith("xl/media/")] == ["xl/media/image1.jpeg"]
    assert not [name for name in parts_of(copy) if "printer" in name.lower()]


CARRIES = {
    "another file": docx(**{"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}),
    "a picture that no reader here knows": docx(**{"word/media/image2.emf": b"\x01\0\0\0EMF"}),
    "a page of another kind": docx(**{"word/afchunk.mht": b"MIME-Version: 1.0"}),
    "a data source": docx(**{"xl/connections.xml": "<connections/>"}),
    "a field that fetches": with_document(f"<w:p {WORD}>{FIELD}</w:p>"),
    "a simple field that fetches": with_document(f"<w:p {WORD}><w:fldSimple w:instr=' DDEAUTO c'/></w:p>"),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_formula_name_or_field_tells_the_folder_of_a_user(place: str) -> None:
    named = f"""<definedNames><definedName name="a" comment="{place}">'{place}[b.xlsx]表'!$A$1</definedName>
        <definedName name="b" hidden="1">"{place}b.csv"</definedName><definedName name="c">表!$A$1</definedName>
        </definedNames><customWorkbookViews><customWorkbookView name="{MARK} - Personal View"/></customWorkbookViews>"""
    sheet = f"""<f>'{place}[b.xlsx]表'!A1+SUM(B1:B2)/C1</f><v>{place}[a.xlsx]表</v>
        <hyperlink display="{place}a.docx" location="表!A1"/>"""
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f"<workbook>{named}</workbook>",
        "xl/worksheets/sheet1.xml": f"<worksheet>{sheet}</worksheet>",
        "xl/revisions/userNames.xml": f'<users><userInfo name="{MARK}"/></users>',
    }
    kept = parts_of(copy_of(packed(parts)))
    assert not [name for name, part in kept.items() if holds_mark(part)]
    assert "'removed[b.xlsx]表'!$A$1" in kept["xl/workbook.xml"].decode()
    assert "表!$A$1" in kept["xl/workbook.xml"].decode()
    assert "+SUM(B1:B2)/C1" in kept["xl/worksheets/sheet1.xml"].decode()
    field = f"""<w:document {WORD}><w:instrText>HYPERLINK "{place}a.docx"</w:instrText>
        <w:fldSimple w:instr='HYPERLINK "{place}a.docx"'/><w:t>放在 D:/材料 里</w:t></w:document>"""
    told = parts_of(copy_of(with_document(field)))["word/document.xml"]
    assert not holds_mark(told)
    assert "放在 D:/材料 里" in told.decode()


@pytest.mark.parametrize("data", CARRIES.values(), ids=CARRIES)
def test_what_cannot_be_made_clean_has_no_copy(data: bytes) -> None:
    assert copy_of(data) == b""


BOMB = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
HOSTILE = {
    "macro": (docx(**{"word/vbaProject.bin": b"x"}), "kind_not_allowed"),
    "entity bomb": (with_document(f'<!DOCTYPE a [<!ENTITY a "lol">{BOMB}]><a>&j;</a>'), "unreadable"),
    "outside entity": (with_document('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'), "unreadable"),
    "outside DTD": (with_document('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>'), "unreadable"),
    "entity in UTF-16": (
        docx(**{"word/document.xml": '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16")}),
        "unreadable",
    ),
    "no XML": (with_document("<a><b></a>"), "unreadable"),
    "a charset that nobody knows": (docx(**{"word/a.xml": "<?xml version='1.0' encoding='UTF-7'?><a/>"}), "unreadable"),
    "up and out": (docx(**{"../../etc/cron.d/x.xml": "<a/>"}), "unreadable"),
    "from the root": (docx(**{"/etc/x.xml": "<a/>"}), "unreadable"),
    "of another system": (docx(**{"..\\x.xml": "<a/>"}), "unreadable"),
    "a drive": (docx(**{"C:x.xml": "<a/>"}), "unreadable"),
    "one name twice": (docx(**{"WORD/document.xml": "<a/>"}), "unreadable"),
    "zip bomb in a part": (docx(**{"word/bomb.xml": b"\0" * (65 * 2**20)}), "too_big"),
    "a bomb of a picture": (docx(**{"word/b.png": saved(Image.new("1", (9_000, 9_000)), "PNG")}), "too_many_pixels"),
}


@pytest.mark.parametrize(("data", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_a_size_that_is_a_lie_is_refused() -> None:
    source = bytearray(docx(**{"word/z.xml": "<a>" + "b" * 100_000 + "</a>"}))
    told = (100_007).to_bytes(4, "little")
    assert source.count(told) == 2
    assert code_of(bytes(source).replace(told, (7).to_bytes(4, "little"))) == "unreadable"


async def test_the_child_makes_the_same_copy() -> None:
    apart = await media.clean_apart(docx(), WITH_COPIES)
    assert marked(apart.copy) == []
    assert apart.copy == copy_of(docx())
