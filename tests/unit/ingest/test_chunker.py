from hypothesis import given
from hypothesis import strategies as st

from ingest.chunker import ChunkLimits, chunk
from ingest.document import LoadedDocument, Page
from ingest.segmenter import Section, segment

_LIMITS = ChunkLimits(max_chars=120, small_chars=40)
_TEXT = st.text(alphabet="計画あい1a。、\n\n 　・■#①\t|", max_size=600)


def _sections(text, kind="text"):
    return segment(LoadedDocument("d", "題名", "d", kind, (Page(None, text),)))


@given(_TEXT, st.sampled_from(["text", "markdown", "csv"]))
def test_chunks_are_short_ordered_slices_that_hold_all_visible_text(text, kind):
    position = 0
    for piece in chunk(_sections(text, kind), _LIMITS):
        assert 0 < len(piece.text) <= _LIMITS.max_chars
        assert text[piece.start : piece.end] == piece.text
        assert piece.start >= position
        assert not text[position : piece.start].strip()
        position = piece.end
    assert not text[position:].strip()


def test_a_long_section_is_cut_at_pauses_into_even_pieces():
    text = "\n\n".join(f"これは{n}番目の文です。" * 3 for n in range(12))
    sizes = [len(piece.text) for piece in chunk(_sections(text), _LIMITS)]
    assert min(sizes) > 40
    assert max(sizes) <= 120


def test_a_word_longer_than_the_limit_is_cut_hard():
    pieces = chunk(_sections("あ" * 300), _LIMITS)
    assert [len(piece.text) for piece in pieces] == [120, 120, 60]


def test_small_neighbours_share_a_chunk_under_their_common_title():
    text = "# 題名\n\n## 窓口\n1階です。\n\n## 電話\n代表です。\n"
    assert [piece.path for piece in chunk(_sections(text, "markdown"), _LIMITS)] == [()]


def test_chunks_never_cross_pages():
    sections = [Section(0, 0, 3, 1, (), "一枚目"), Section(1, 0, 3, 2, (), "二枚目")]
    assert [piece.page for piece in chunk(sections, _LIMITS)] == [1, 2]


def test_later_chunks_of_a_table_know_its_columns():
    rows = "区分\t補助率\t上限\n" + "\n".join(
        f"制度その{n}\t1/{n}\t{n}00万円" for n in range(2, 30)
    )
    pieces = chunk(_sections(rows, "csv"), _LIMITS)
    assert pieces[0].columns == ""
    assert {piece.columns for piece in pieces[1:]} == {"区分\t補助率\t上限"}
