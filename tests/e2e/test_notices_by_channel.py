"""Further ways through Apprise, to a real receiver on loopback: how many, never whom; and no secret anywhere."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from api.notifying.channels import read_channels
from attendance.errors import Invalid
from attendance.services.notifications.delivering import Letter, Parcel, Undelivered
from tests.receivers import hook_server

TOKEN = "8123456-kenh-bi-mat"
LETTER = Letter("Hôm nay: 2 chưa ghi nhận", "Trần Văn Nam (E2)", "Chưa ghi nhận: 2", "/today")


def written(folder: Path, *lines: str) -> Path:
    path = folder / "channels"
    path.write_text("\n".join(("# kênh của cơ quan", "", *lines)) + "\n", encoding="utf-8")
    return path


def test_a_channel_is_told_how_many_and_not_whom(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with hook_server() as hook, caplog.at_level(logging.DEBUG):
        file = written(tmp_path, f"zalo = json://127.0.0.1:{hook.port}/{TOKEN}/{{to}}")
        channel = read_channels(file, "https://cc.example.vn")["zalo"]
        channel.carry(Parcel("msg_1", "0912.345-678", LETTER))
        [(_, body)] = hook.taken
        told = json.loads(body)
        assert (told["title"], told["message"]) == (LETTER.title, "Chưa ghi nhận: 2\nhttps://cc.example.vn/today")
        assert "Nam" not in body.decode()
        hook.status = 500
        with pytest.raises(Undelivered) as refused:
            channel.carry(Parcel("msg_2", "0912345678", LETTER))
    assert TOKEN not in caplog.text
    assert TOKEN not in str(refused.value) + repr(channel)


@pytest.mark.parametrize(
    "line",
    [f"zalo json://x/{TOKEN}", f"zalo = json://x/{TOKEN}", f"mail = json://x/{TOKEN}/{{to}}", f"Zalo! = x://{TOKEN}{{to}}",
     f"zalo = {TOKEN}/{{to}}"],
)  # fmt: skip
def test_a_line_that_is_none_is_named_without_what_stands_in_it(tmp_path: Path, line: str) -> None:
    with pytest.raises(Invalid, match="Line 3 of") as refused:
        read_channels(written(tmp_path, line))
    assert TOKEN not in str(refused.value)


def test_an_address_that_apprise_does_not_know_is_told_in_words(tmp_path: Path) -> None:
    channel = read_channels(written(tmp_path, f"zalo = nothing://{TOKEN}/{{to}}"))["zalo"]
    with pytest.raises(Undelivered, match="channel_unknown"):
        channel.carry(Parcel("msg_1", "1", LETTER))
