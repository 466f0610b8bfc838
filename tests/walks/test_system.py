"""From an empty folder to the first list of one's own people: a real process, a real browser, nine clicks at most."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browsing import Visit, needs_chromium
from tests.processes import heed_interrupts
from tests.serving import listen
from tests.walks.pictures import picture

pytestmark = needs_chromium
PASSWORD = "mưa rơi trên mái ngói"
PEOPLE = "Mã NV\tHọ và tên\tPhòng ban\n" + "\n".join(
    f"CC-{number:03}\t{name}\t{unit}"
    for number, (name, unit) in enumerate(
        [
            ("Nguyễn Thị Thu Hà", "Văn phòng"), ("Trần Văn Nam", "Phòng Kinh tế"), ("Lê Hoàng Yến", "Phòng Kinh tế"),
            ("Phạm Quốc Minh", "Văn phòng"), ("Vũ Đức An", "Văn phòng"),
        ],
        1,
    )
)  # fmt: skip
MOST_CLICKS = 9


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, str]]:
    """`attendance serve` in a folder where nothing is; answers its address and the code it prints."""
    listener = listen()
    port = listener.getsockname()[1]
    listener.close()
    environment = os.environ | {
        "ATTENDANCE_DATA_DIR": str(folder),
        "ATTENDANCE_SECRET_KEY": "a secret of the tests, long enough",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", "serve", "--port", str(port)],
        stdout=subprocess.PIPE, text=True, env=environment, preexec_fn=heed_interrupts,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        told = process.stdout.readline() + process.stdout.readline()
        code = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", told)
        assert code is not None, told
        yield f"http://127.0.0.1:{port}", code[0]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        process.stdout.close()


class Clicks:
    """A hand on a mouse, counted: each click must lead on to a page."""

    def __init__(self, page: Any) -> None:
        self.page, self.count = page, 0

    def __call__(self, name: str, role: str = "button") -> None:
        self.count += 1
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=True).click()


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder whose name may stand in a picture."""
    with tempfile.TemporaryDirectory(prefix="cham-cong-") as name:
        yield Path(name)


def test_from_an_empty_folder_to_ones_own_people(browser: Any, place: Path) -> None:
    with serving(place / "data") as (address, code), Visit(browser, 1280) as visit:
        page, click = visit.page, Clicks(visit.page)
        page.goto(address)
        assert page.url.endswith("/setup")
        page.fill("[name=code]", code)
        page.fill("[name=username]", "quan.tri")
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=again]", PASSWORD)
        click("Tạo tài khoản quản trị")
        assert page.url.endswith("/setup/office")
        picture(page, "setup-office")
        page.fill("[name=name]", "UBND phường Tân Mai")
        page.fill("[name=parts]", "Văn phòng\nPhòng Kinh tế")
        click("Tiếp tục")
        assert page.url.endswith("/setup/hours")
        page.goto(address)  # whoever leaves in the middle is led back to where they were
        assert page.url.endswith("/setup/hours")
        picture(page, "setup-hours")
        page.fill("[name=document]", "Quyết định 12/QĐ-UBND ngày 5/1/2026")
        click("Tiếp tục")
        picture(page, "setup-calendar")
        click("Xác nhận lịch này")
        picture(page, "setup-terminal")
        click("Để sau")
        assert page.url.endswith("/setup/people")
        picture(page, "setup-people")
        page.fill("[name=text]", PEOPLE)
        click("Kiểm tra")
        page.wait_for_url("**/import/*")
        picture(page, "setup-preview")
        click("Ghi vào sổ 5 dòng")
        page.wait_for_url("**/people?fresh=true")
        picture(page, "setup-done")
        shown = page.locator(".people-list tbody tr").all_inner_texts()
        assert len(shown) == 5
        assert "Lê Hoàng Yến" in shown[2]
        assert "Phòng Kinh tế" in shown[2]
        assert click.count <= MOST_CLICKS
        assert visit.serious() == []
        page.goto(f"{address}/setup")
        assert "404" in page.content()
        page.goto(address)
        assert "/setup" not in page.url
        page.goto(f"{address}/system")
        picture(page, "system")
        page.get_by_role("button", name="Sao lưu ngay").click()
        page.wait_for_url("**/system?made=true*")
        assert page.get_by_text("Đã sao lưu và đọc lại").is_visible()
        assert visit.complaints == [] or all("404" in each for each in visit.complaints)
        assert [each for each in visit.requests if not each.startswith(address)] == []
    (made,) = (place / "data" / "backups").glob("*.backup")
    restored = subprocess.run(
        [sys.executable, "-m", "api.cli.main", "restore", str(made)], capture_output=True, text=True,
        env=os.environ | {"ATTENDANCE_DATA_DIR": str(place / "again"),
                          "ATTENDANCE_SECRET_KEY": "a secret of the tests, long enough"},
    )  # fmt: skip
    assert restored.returncode == 0, restored.stderr
