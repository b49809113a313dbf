from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts.errors import InvalidFieldError
from app.accounts.models import User
from app.accounts.roles import Role
from app.accounts.service import lock_length
from app.errors import BadInputError, NotFoundError


@pytest.fixture
def password(accounts) -> str:
    return accounts.add_user("hanako", "鹿児島 花子", Role.STAFF).password


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(5, 15), (10, 30), (15, 60), (20, 120), (25, 240), (30, 240), (9999, 240)],
)
def test_locks_double_up_to_four_hours(failures, minutes):
    assert lock_length(failures) == timedelta(minutes=minutes)


class TestSignIn:
    def test_known_person_gets_a_session(self, accounts, password):
        issued = accounts.sign_in("hanako", password)
        account = accounts.signed_in(issued.token)

        assert (account.username, account.display_name) == ("hanako", "鹿児島 花子")
        assert account.must_change_password
        assert account.csrf_token not in {"", issued.token}

    @pytest.mark.parametrize("case", ["unknown", "wrong", "locked", "inactive", "too long"])
    def test_every_failure_does_the_same_work(self, accounts, password, hasher, session, case):
        user = session.query(User).one()
        if case == "locked":
            for _ in range(5):
                accounts.sign_in("hanako", "wrong")
        if case == "inactive":
            user.is_active = False
            session.flush()
        hasher.verified = 0
        typed = {"wrong": "wrong", "too long": password + "x" * 200}.get(case, password)

        assert accounts.sign_in("nobody" if case == "unknown" else "hanako", typed) is None
        assert hasher.verified == 1

    def test_unknown_token_is_nobody(self, accounts):
        assert accounts.signed_in("") is None
        assert accounts.signed_in("x" * 43) is None

    def test_digest_is_no_token(self, accounts, password):
        issued = accounts.sign_in("hanako", password)
        account = accounts.signed_in(issued.token)

        assert accounts.signed_in(account.session_id) is None

    def test_session_of_a_deactivated_person_is_dead(self, accounts, password, session):
        issued = accounts.sign_in("hanako", password)
        session.query(User).one().is_active = False
        session.flush()

        assert accounts.signed_in(issued.token) is None


class TestDemoAccounts:
    def test_one_account_a_role_with_passwords_that_work(self, accounts):
        made = accounts.ensure_demo_accounts()

        assert [account.role_label for account in made] == [role.label for role in Role]
        for account in made:
            issued = accounts.sign_in(account.username, account.password)
            assert issued is not None
            assert not issued.must_change_password

    @pytest.mark.usefixtures("password")
    def test_nothing_is_made_where_there_are_users(self, accounts):
        assert accounts.ensure_demo_accounts() == []
        assert [user.username for user in accounts.users()] == ["hanako"]


class TestAdministration:
    def test_reset_by_name_reads_the_name_as_meant(self, accounts, password):
        issued = accounts.reset_password_of(" ＨＡＮＡＫＯ ")

        assert accounts.sign_in("hanako", password) is None
        assert accounts.sign_in("hanako", issued.password) is not None

    def test_reset_of_an_unknown_name_is_bad_input(self, accounts):
        with pytest.raises(NotFoundError, match="利用者はいません") as caught:
            accounts.reset_password_of("nobody")
        assert caught.value.exit_code == 2

    @pytest.mark.usefixtures("password")
    def test_name_is_taken_only_once(self, accounts):
        with pytest.raises(InvalidFieldError, match="すでに使われています"):
            accounts.add_user("HANAKO", "別の人", Role.STAFF)

    def test_own_account_stays(self, accounts, password):
        account = accounts.signed_in(accounts.sign_in("hanako", password).token)

        with pytest.raises(BadInputError, match="自分自身"):
            accounts.deactivate(account.user_id, by=account)
