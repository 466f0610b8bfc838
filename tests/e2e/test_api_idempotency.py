"""Writes under an `Idempotency-Key`: once stored, answered alike; another request under the key is refused."""

import hashlib
import threading
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Annotated, Any

import pytest
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from sqlmodel import func, select
from starlette.datastructures import UploadFile as StarletteUpload

from api.http.answers import answer
from api.http.app import ROUTERS
from api.http.idempotency import WRITES, keep_answers, why_not
from api.http.scope import Reader, may
from attendance.store import registering
from attendance.store.register_tables import KeptAnswerRow
from attendance.store.tables import EmployeeRow
from tests.e2e.conftest import Office

API = "/api/v1"


def post(office: Office, path: str, given: dict[str, Any], key: str, user: str = "hr") -> Any:
    return office.client(user).post(f"{API}{path}", json=given, headers={"Idempotency-Key": key})


def people(office: Office) -> int:
    with office.database.reading() as session:
        return session.exec(select(func.count()).select_from(EmployeeRow)).one()


def kept(office: Office) -> list[KeptAnswerRow]:
    with office.database.reading() as session:
        found = list(session.exec(select(KeptAnswerRow)))
        session.expunge_all()
    return found


def test_the_same_request_is_stored_once_and_answered_alike(office: Office) -> None:
    before = people(office)
    first = post(office, "/employees", {"code": "E77", "name": "Đỗ Thị Lan"}, "k-1")
    again = post(office, "/employees", {"code": "E77", "name": "Đỗ Thị Lan"}, "k-1")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert people(office) == before + 1


def test_without_a_key_nothing_is_kept_and_twice_is_twice(office: Office) -> None:
    given = {"code": "E77", "name": "Đỗ Thị Lan"}
    assert office.client("hr").post(f"{API}/employees", json=given).status_code == 201
    assert office.client("hr").post(f"{API}/employees", json=given).status_code == 409
    assert kept(office) == []


def test_another_request_under_the_key_is_refused(office: Office) -> None:
    assert post(office, "/employees", {"code": "E77"}, "k-1").status_code == 201
    other = post(office, "/employees", {"code": "E78"}, "k-1")
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]
    assert other.headers["content-type"] == "application/problem+json"
    assert post(office, "/employees", {"code": "E78"}, "k-2").status_code == 201


def test_keys_are_of_a_person_and_a_route(office: Office) -> None:
    assert post(office, "/employees", {"code": "E77", "unit": "A"}, "k-1").status_code == 201
    assert post(office, "/employees", {"code": "E78", "unit": "A"}, "k-1", user="hr.a").status_code == 201
    assert post(office, "/units", {"code": "Z1", "parent": "A"}, "k-1").status_code == 201
    assert len(kept(office)) == 3


def test_what_is_refused_is_not_kept_and_may_be_sent_again_mended(office: Office) -> None:
    assert post(office, "/assignments", {"employee": "E9", "unit": "A", "from": "2026-01-01"}, "k-1").status_code == 404
    assert kept(office) == []
    assert post(office, "/employees", {"code": "E9"}, "k-2").status_code == 201
    assert post(office, "/assignments", {"employee": "E9", "unit": "A", "from": "2026-01-01"}, "k-1").status_code == 201


def test_after_24_hours_a_key_is_new(office: Office) -> None:
    assert post(office, "/employees", {"code": "E77"}, "k-1").status_code == 201
    office.clock.at += timedelta(hours=23, minutes=59)
    office.tokens.clear()
    assert post(office, "/employees", {"code": "E77"}, "k-1").headers["Idempotency-Replayed"] == "true"
    office.clock.at += timedelta(minutes=1)
    office.tokens.clear()
    assert post(office, "/employees", {"code": "E77"}, "k-1").status_code == 409
    assert post(office, "/employees", {"code": "E78"}, "k-2").status_code == 201
    assert [row.key for row in kept(office)] == ["k-2"]


def test_whoever_lost_what_was_granted_gets_no_old_answer(office: Office) -> None:
    assert post(office, "/employees", {"code": "E77", "unit": "A"}, "k-1", user="hr.a").status_code == 201
    granted = {"role": "head", "unit": "A", "document": "QĐ 9/QĐ-UBND"}
    assert office.client("root").post(f"{API}/users/hr.a/grants", json=granted).status_code == 201
    changed = post(office, "/employees", {"code": "E77", "unit": "A"}, "k-1", user="hr.a")
    assert changed.status_code == 422
    assert "granted" in changed.json()["detail"]
    office.client("root").post(f"{API}/users/hr.a/disable")
    assert post(office, "/employees", {"code": "E77", "unit": "A"}, "k-1", user="hr.a").status_code == 401


@pytest.mark.parametrize("key", ["", "x" * 201, "café"])
def test_a_key_that_is_none_is_refused(office: Office, key: str) -> None:
    answer = office.client("hr").post(
        f"{API}/employees", json={"code": "E77"}, headers={"Idempotency-Key": key.encode("latin-1")}
    )
    assert answer.status_code == 422
    assert people(office) == 4


def test_two_at_once_under_one_key_store_once(office: Office) -> None:
    before = people(office)
    clients = [office.client("hr") for _ in range(2)]
    start, answers = threading.Barrier(2), []

    def send(client: Any) -> None:
        start.wait()
        answers.append(client.post(f"{API}/employees", json={"code": "E77"}, headers={"Idempotency-Key": "k-1"}))

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted({answer.status_code for answer in answers} | {201}) in ([201], [201, 409])
    assert all(answer.json()["code"] == "in_flight" for answer in answers if answer.status_code == 409)
    assert people(office) == before + 1
    assert post(office, "/employees", {"code": "E77"}, "k-1").status_code == 201


def test_fifty_random_interleavings_of_retries_store_each_thing_once(office: Office) -> None:
    """Four clients send what they have in any order, each thing up to three times, some at once."""
    random, before = Random(5), people(office)
    answers: dict[str, set[bytes]] = {}
    for turn in range(50):
        codes = [f"Q{turn}-{n}" for n in range(2)]
        sends = [code for code in codes for _ in range(random.randint(1, 3))]
        random.shuffle(sends)
        threads = []
        for code in sends:
            threads.append(threading.Thread(target=_send, args=(office, code, answers)))
            threads[-1].start()
            if random.random() < 0.5:
                threads.pop().join()
        for thread in threads:
            thread.join()
    assert people(office) == before + 100
    assert {code: len(bodies) for code, bodies in answers.items()} == dict.fromkeys(answers, 1)
    assert len(answers) == 100


def _send(office: Office, code: str, answers: dict[str, set[bytes]]) -> None:
    answer = post(office, "/employees", {"code": code}, f"key-{code}")
    if answer.status_code == 201:
        answers.setdefault(code, set()).add(answer.content)
    else:
        assert answer.json()["code"] == "in_flight", answer.text


def test_a_password_is_neither_kept_nor_guessable_from_what_is(office: Office) -> None:
    given = {"name": "lan.moi", "password": "mat-khau-rat-dai-2026"}
    assert post(office, "/users", given, "k-1", user="root").status_code == 201
    (row,) = kept(office)
    assert b"mat-khau" not in row.body
    assert row.request_digest != hashlib.sha256(b"POST /api/v1/users?\0" + b"mat-khau-rat-dai-2026").hexdigest()


def test_a_form_that_the_route_reads_itself_is_compared_by_its_fields(make_office: Callable[..., Office]) -> None:
    """A client makes a new boundary each time it sends a form; the fields are what was asked."""
    router = APIRouter()

    def store(office: Office, code: str) -> None:
        with office.database.writing() as session:
            registering.add_employee(session, code, at=office.clock.at)

    @router.post("/api/v1/probe")
    async def probe(request: Request, reader: Annotated[Reader, Depends(may("people.write"))]) -> Response:
        async with request.form() as form:
            upload = form["file"]
            assert isinstance(upload, StarletteUpload)
            code = (await upload.read()).decode()
        if code == "bad":
            return answer({"wrong": 1}, 422)
        await run_sync(store, made, code)
        return answer({"code": code}, 201)

    keep_answers(router)
    made = make_office(extra_routers=[router])

    def send(content: str, key: str) -> Any:
        file = {"file": ("people.csv", content.encode(), "text/csv")}
        return made.client("hr").post(f"{API}/probe", files=file, headers={"Idempotency-Key": key})

    first, again, other = send("E77", "k"), send("E77", "k"), send("E78", "k")
    assert [each.status_code for each in (first, again, other)] == [201, 201, 422]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.content == again.content
    assert people(made) == 5
    assert [send(content, "k-2").status_code for content in ("bad", "E79")] == [422, 201]  # refused is not kept
    assert send("E79", "k-3").status_code == 409
    assert people(made) == 6


def test_every_write_of_the_api_keeps_answers_or_says_why_not() -> None:
    seen = set()
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.methods & WRITES:
                seen.add(hasattr(route.endpoint, "keeps_answers"))
                assert hasattr(route.endpoint, "keeps_answers") != (why_not(route) is not None), route.path
    assert seen == {True, False}
