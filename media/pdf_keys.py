"""Lists what is kept of a PDF: the keys of each kind of dictionary, and the kind of what each key holds.

A key that is not listed is not copied, be it a program's private data, a reference to another file, a script or
something nobody has thought of.
"""


def keys(**names: str) -> dict[str, str]:
    """The keys that are kept of one kind of dictionary, each with the kind of what it holds."""
    return {f"/{name}": kind for kind, some in names.items() for name in some.split()}


SHOWN = keys(
    plain="""Link Text FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut Caret Ink
    Stamp Watermark Widget"""
)
"""The keys of annotations that are no more than a mark on the page."""
_NOTE = keys(
    plain="""Type Subtype Rect Contents F AS Border C CA ca QuadPoints InkList Vertices L LE IC LL LLE LLO Cap IT CP CO
    CL RD Q DA DS Name H Sy""",
    drawing="OC MK",
    style="BS BE",
    looks="AP",
    goal="A",
    place="Dest",
)
KEPT = {
    "catalog": keys(
        plain="Lang PageLayout PageMode",
        outline="Outlines",
        labels="PageLabels",
        drawing="OCProperties",
        form="AcroForm",
    ),
    "outline": keys(plain="Title C F Count", outline="First Last Prev Next Parent", goal="A", place="Dest"),
    "labels": keys(plain="S P St Limits", labels="Nums Kids"),
    "form": keys(plain="DA Q NeedAppearances", drawing="DR", fields="Fields"),
    "page": keys(
        plain="UserUnit Tabs MediaBox CropBox BleedBox TrimBox ArtBox Rotate",
        drawing="Contents Group Resources",
        notes="Annots",
    ),
    "note": _NOTE,
    "field": _NOTE | keys(plain="FT T TU DV V Ff MaxLen Opt I TI", note="Parent", fields="Kids"),
    "style": keys(plain="Type W S D I"),  # of a border
    "looks": keys(named="N R D"),
    "profile": keys(plain="N Range", drawing="Alternate"),
    "drawing": keys(
        named="ExtGState ColorSpace Pattern Shading XObject Font CharProcs Colorants",
        layers="Properties",
        # what a page draws with; how a stream is packed; fonts; patterns, shadings, functions, colours; the graphics
        # state; layers; the appearances of a field
        drawing="""ProcSet Resources Type Subtype FormType BBox Matrix Group OC S CS I K Name Width Height Intent
        BitsPerComponent ImageMask Mask Decode Interpolate SMask SMaskInData Matte
        Columns Rows BlackIs1 EncodedByteAlign EndOfLine EndOfBlock DamagedRowsBeforeError Predictor Colors EarlyChange
        JBIG2Globals ColorTransform
        BaseFont Encoding DescendantFonts ToUnicode FirstChar LastChar Widths FontDescriptor CIDSystemInfo DW W DW2 W2
        CIDToGIDMap FontBBox FontMatrix Differences BaseEncoding Registry Ordering Supplement CMapName WMode UseCMap
        FontName FontFamily FontStretch FontWeight Flags ItalicAngle Ascent Descent Leading CapHeight XHeight StemV
        StemH AvgWidth MaxWidth MissingWidth FontFile FontFile2 FontFile3 CharSet CIDSet Style Panose Lang Length1
        Length2 Length3
        PatternType PaintType TilingType XStep YStep ShadingType Background AntiAlias Coords Domain Function Extend
        BitsPerCoordinate BitsPerFlag VerticesPerRow FunctionType Range Size BitsPerSample Order Encode C0 C1 N
        Functions Bounds WhitePoint BlackPoint Gamma Process Components Alternate
        LW LC LJ ML D RI OP op OPM FL SM SA BM CA ca AIS TK G BC TR
        OCGs P VE Usage Print View Export Zoom Language PrintState ViewState ExportState Preferred min max BaseState
        ON OFF AS ListMode RBGroups Locked Event Category
        R BG RC AC IX TP""",
    ),
}
"""What is kept, by the kind of a dictionary.

Other kinds are "named", resources under names that the page chose; "layers"; "plain",
numbers, names and strings alone; and those for which `Copier.by_hand` has a function."""
