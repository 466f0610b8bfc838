"""Settings come from the environment, are checked at once, and keep their secrets."""

from __future__ import annotations

import stat
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.keys import key_path, read_comm_key, remove_comm_key, write_comm_key
from api.settings import Settings
from attendance.errors import Invalid

SECRET = "bí mật của cơ quan này"


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


def test_defaults_are_an_embedded_database_in_the_data_folder_and_vietnam() -> None:
    found = settings()
    assert found.url.startswith("sqlite:///")
    assert found.url.endswith("attendance-data/attendance.db")
    assert (found.timezone, found.language) == ("Asia/Ho_Chi_Minh", "vi")
    assert ip_network("192.168.0.0/16") in found.allowed_networks
    assert not any(ip_network("169.254.169.254/32").subnet_of(n) for n in found.allowed_networks if n.version == 4)


def test_environment_and_env_file_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ATTENDANCE_LANGUAGE=en\nATTENDANCE_TIMEZONE=UTC\nELSE=1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATTENDANCE_TIMEZONE", "Asia/Bangkok")
    monkeypatch.setenv("ATTENDANCE_ALLOWED_NETWORKS", "10.1.0.0/16, ::1/128")
    found = Settings()
    assert (found.language, found.timezone) == ("en", "Asia/Bangkok")
    assert found.allowed_networks == (ip_network("10.1.0.0/16"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("name", "value"), [("timezone", "Mars/Base"), ("language", "fr"), ("allowed_networks", "anywhere")]
)
def test_a_wrong_value_is_refused_with_its_name(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        settings(**{name: value})


def test_secrets_are_not_printed() -> None:
    found = settings(secret_key=SECRET, database_url="postgresql+psycopg://app:matkhau@db/attendance")
    for text in (repr(found), str(found), found.model_dump_json()):
        assert SECRET not in text
        assert "matkhau" not in text
    assert found.url == "postgresql+psycopg://app:matkhau@db/attendance"


def test_error_texts_do_not_repeat_what_was_given() -> None:
    with pytest.raises(ValidationError) as caught:
        settings(secret_key=["matkhau-bi-mat"])
    assert "matkhau" not in str(caught.value)


def test_the_secret_comes_from_the_setting_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n", encoding="utf-8")
    assert settings(secret_key=SECRET).secret() == SECRET.encode()
    assert settings(secret_key_file=tmp_path / "key").secret() == SECRET.encode()


@pytest.mark.parametrize("given", [{}, {"secret_key": "short"}, {"secret_key_file": Path("no/such/file")}])
def test_without_a_good_secret_it_says_what_to_do(given: dict[str, object]) -> None:
    with pytest.raises(Invalid, match="ATTENDANCE_SECRET_KEY"):
        settings(**given).secret()


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_comm_key_is_kept_in_a_file_of_its_own_that_others_cannot_read(tmp_path: Path) -> None:
    keys = tmp_path / "data" / "keys"
    assert read_comm_key(keys, "T-A") is None
    path = write_comm_key(keys, "T-A", 123456)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_comm_key(keys, "T-A") == 123456
    write_comm_key(keys, "T-A", 0)
    assert read_comm_key(keys, "T-A") == 0
    assert [file.name for file in keys.iterdir()] == ["T-A.key"]
    remove_comm_key(keys, "T-A")
    assert read_comm_key(keys, "T-A") is None


@pytest.mark.parametrize("code", ["../../etc/passwd", "..", "a/b", "Máy chấm công " * 6, "\0", "C:\\x"])
def test_no_code_leads_out_of_the_folder(tmp_path: Path, code: str) -> None:
    assert key_path(tmp_path, code).parent == tmp_path
    write_comm_key(tmp_path, code, 7)
    assert read_comm_key(tmp_path, code) == 7


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_a_number_out_of_range_is_no_key(tmp_path: Path, number: int) -> None:
    with pytest.raises(Invalid, match="0 to 999999"):
        write_comm_key(tmp_path, "T-A", number)


def test_a_file_that_holds_no_key_is_named(tmp_path: Path) -> None:
    key_path(tmp_path, "T-A").write_text("hello", encoding="ascii")
    with pytest.raises(Invalid, match="T-A"):
        read_comm_key(tmp_path, "T-A")
