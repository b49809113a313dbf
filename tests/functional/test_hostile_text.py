"""What people (and documents) may contain: markup, control characters, odd encodings, emoji."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from app.container import Block, PageText, ProgrammeRow

MARKUP = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&{{7*7}}</textarea>"


def assert_escaped(page: str) -> None:
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{7*7}}" in page  # shown as written, not evaluated
    assert "&lt;script&gt;" in page


def test_markup_in_question_and_answer_is_escaped(staff, answering, an_answer, a_citation):
    evil = replace(
        a_citation,
        title=MARKUP,
        section=MARKUP,
        quote=MARKUP,
        passage=f"前{MARKUP}後",
        issuer=MARKUP,
        source=f"javascript:{MARKUP}",
    )
    answering.answers.append(
        replace(an_answer, text=MARKUP, citations=(evil,), nearest=(evil,), notices=(MARKUP,))
    )
    location = staff.ask(MARKUP).headers["location"]

    assert_escaped(staff.get(location).text)
    assert_escaped(staff.get("/conversations").text)
    assert 'href="javascript:' not in staff.get(location).text


def test_markup_in_a_refused_question_is_escaped(staff):
    assert_escaped(staff.ask(MARKUP + "あ" * 8000).text)


def test_markup_in_searches_is_escaped(staff):
    assert_escaped(staff.post("/conversations/search", {"search": MARKUP}).text)
    assert_escaped(staff.get("/programmes", params={"q": MARKUP}).text)


def test_markup_in_programmes_and_documents_is_escaped(staff, programmes):
    programmes.rows.append(ProgrammeRow(MARKUP, MARKUP, MARKUP, MARKUP, MARKUP, "evil", MARKUP))
    document = next(iter(programmes.documents.values()))
    blocks = (
        Block("heading", MARKUP),
        Block("paragraph", MARKUP),
        Block("list", items=(MARKUP,)),
        Block("table", rows=((MARKUP,), (MARKUP,))),
    )
    programmes.documents["evil"] = replace(
        document, document_id="evil", title=MARKUP, pages=(PageText(1, MARKUP, blocks),)
    )

    assert_escaped(staff.get("/programmes").text)
    assert_escaped(staff.get("/documents/evil").text)


def test_markup_in_display_names_and_usernames_is_escaped(admin):
    page = admin.post("/admin/users", {"username": MARKUP, "display_name": MARKUP, "role": "x"})
    assert page.status_code == 422
    assert_escaped(page.text)
    added = admin.post(
        "/admin/users", {"username": "evil", "display_name": "<script>alert(1)", "role": "staff"}
    )
    assert "<script>alert" not in added.text


def test_markup_in_the_sign_in_form_is_escaped(nobody):
    assert_escaped(nobody.sign_in(MARKUP, MARKUP).text)


def test_odd_document_id_makes_a_safe_link(staff, answering, an_answer, a_citation):
    odd = replace(a_citation, document_id='a b/"?x=<1>#%2F', page=3)
    answering.answers.append(replace(an_answer, citations=(odd,)))
    page = staff.get(staff.ask("？").headers["location"]).text

    assert 'href="/documents/a%20b/%22%3Fx%3D%3C1%3E%23%252F#p3"' in page


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        pytest.param(b"%ED%A0%80abc", "���abc", id="lone surrogate in UTF-8"),
        pytest.param(b"a%00b%07c%1B%5B31m", "abc[31m", id="control characters"),
        pytest.param(b"%FF%FEabc", "��abc", id="no UTF-8"),
        pytest.param(
            quote("👩‍👧‍👦🏴と𠮷野家").encode(), "👩‍👧‍👦🏴と𠮷野家", id="emoji and beyond BMP"
        ),
        pytest.param(quote("見\u202eかけ").encode(), "見かけ", id="directional override"),
        pytest.param(b"one%0D%0Atwo%0Dthree", "one\ntwo\nthree", id="newlines"),
        pytest.param(quote("\u2028行x").encode(), "行x", id="line separator"),
    ],
)
def test_odd_characters_are_stored_and_shown(staff, answering, raw, stored):
    body = b"csrf_token=" + quote(staff.token()).encode() + b"&question=" + raw
    response = staff.client.post(
        "/questions", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert response.status_code == 303
    assert answering.asked[-1][0] == stored
    assert staff.get(response.headers["location"]).status_code == 200
    assert staff.get("/conversations").status_code == 200


@pytest.mark.parametrize("path", ["/conversations/search", "/admin/users", "/password", "/signout"])
@pytest.mark.parametrize("raw", [b"%ED%A0%80%00%FF", "👩‍👧".encode(), b"x" * 50_000])
def test_odd_characters_in_other_forms_are_no_error(admin, path, raw):
    fields = ("search", "username", "display_name", "role", "current", "new", "again")
    body = b"csrf_token=" + quote(admin.token("/password")).encode()
    body += b"".join(b"&" + name.encode() + b"=" + raw for name in fields)
    response = admin.client.post(
        path, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert response.status_code in {200, 303, 422}


@pytest.mark.parametrize("raw", [b"%ED%A0%80%00%FF", "👩‍👧".encode(), b"x" * 50_000])
def test_odd_sign_in_is_an_ordinary_failure(nobody, raw):
    body = b"csrf_token=" + nobody.token("/signin").encode()
    body += b"&username=" + raw + b"&password=" + raw + b"&next=" + raw
    response = nobody.client.post(
        "/signin", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert response.status_code == 422


def test_surrogates_smuggled_by_a_declared_charset_are_replaced(staff, answering):
    body = (
        '--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
        f"{staff.token()}\r\n"
        '--b\r\nContent-Disposition: form-data; name="question"\r\n\r\n\\ud800 x\r\n--b--\r\n'
    )
    response = staff.client.post(
        "/questions",
        content=body,
        headers={"content-type": "multipart/form-data; boundary=b; charset=unicode_escape"},
    )

    assert response.status_code in {303, 400, 403}
    assert all("\ud800" not in question for question, _ in answering.asked)


@pytest.mark.parametrize(
    ("content_type", "content", "status"),
    [
        ("application/json", b'{"question": "x"}', 415),
        ("text/plain", b"question=x", 415),
        ("", b"question=x", 415),
        ("multipart/form-data", b"question=x", 400),
        ("multipart/form-data; boundary=b", b"--b\r\nrubbish", 403),
        ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 60), 400),
        ("application/x-www-form-urlencoded", b"%&=;&&==%", 403),
    ],
)
def test_strange_bodies_are_refused(staff, content_type, content, status):
    response = staff.client.post(
        "/questions", content=content, headers={"content-type": content_type}
    )

    assert response.status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/questions/%00",
        "/questions/%ED%A0%80",
        f"/questions/{'Z' * 32}",
        f"/questions/{'0' * 5000}",
        "/documents/%00",
        "/documents/a%0Ab%1B",
        "/documents/",
        "/documents/..%2f..%2fetc%2fpasswd",
    ],
)
def test_odd_addresses_are_not_found(staff, path):
    assert staff.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/documents/guides/chiiki-digital.md?page=99999999999999999999",
        "/documents/guides/chiiki-digital.md?page=-1",
        "/documents/guides/chiiki-digital.md?page=x",
        f"/programmes?q={'x' * 5000}",
        "/?example=99999999999999999999",
        "/?example=x",
    ],
)
def test_odd_parameters_are_no_server_error(staff, path):
    assert staff.get(path).status_code in {200, 422}


@pytest.mark.parametrize("user_id", ["0", "-1", "x", "99999999999999999999", "2147483648"])
def test_odd_user_ids_are_refused(admin, user_id):
    assert admin.post(f"/admin/users/{user_id}/reset").status_code == 422
