"""Schemathesis over the described API: cases made from its own document, pointed at an office that exists, judged."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CheckFunction
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.python.asgi import get_client
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.access.asking import Service
from tests.access.calls import FILE
from tests.reliability.known_things import Known

API = "/api/v1"
CHECKS: list[CheckFunction] = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SITE_TOKEN = "a token of a site, for these tests only"
WITHOUT = frozenset({"health", "signIn"})
"""Asked by nobody in particular."""


@dataclass
class Found:
    """What was wrong with answers, each kind once with an example, and how many cases there were."""

    cases: Counter[tuple[str, int]] = field(default_factory=Counter)
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: dict[tuple[str, str, int], str] = field(default_factory=dict)
    again: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def note(self, role: str, operation: str, status: int, kind: str, example: str) -> None:
        key = (operation, kind, status)
        self.again[key] += 1
        self.wrong.setdefault(key, f"as {role}: {example}")

    def of(self, role: str) -> dict[int, int]:
        return dict(sorted((status, count) for (who, status), count in self.cases.items() if who == role))

    def said(self) -> str:
        return "\n\n".join(
            f"{operation} answered {status} ({self.again[operation, kind, status]} times): {kind}\n  {example}"
            for (operation, kind, status), example in self.wrong.items()
        )


class _Faults(logging.Handler):
    """Remembers what went wrong inside."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.last = "".join(traceback.format_exception(record.exc_info[1])[-8:])


class Fuzzing:
    """One service, asked by one role after the other."""

    def __init__(self, service: Service, users: dict[str, str]) -> None:
        self.service, self.users = service, users
        self.known = Known(service.world)
        self.found = Found()
        self.faults = _Faults()
        self.client = get_client(service.app)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.schema = schemathesis.openapi.from_dict(service.app.openapi())
        self.operations = [found.ok() for found in self.schema.get_all_operations()]

    @contextmanager
    def listening(self) -> Iterator[None]:
        log = logging.getLogger("api.http.errors")
        log.addHandler(self.faults)
        was, log.propagate = log.propagate, False
        try:
            yield
        finally:
            log.removeHandler(self.faults)
            log.propagate = was

    def ask_all(self, role: str, cases: int, start: int, every: int = 1, first: int = 0) -> None:
        """So many cases of each operation, three of four such as its schema allows; or of one in `every`."""
        for number, operation in enumerate(self.operations):
            if number % every != first:
                continue
            wrong = cases // 4 + (number % 4 == 0 and cases < 4)
            for mode, most in ((GenerationMode.POSITIVE, cases - wrong), (GenerationMode.NEGATIVE, wrong)):
                if most:
                    self._ask(role, operation, mode, most, start * 1000 + number)

    def ask_some(self, role: str, name: str, cases: int) -> None:
        """So many cases of one operation, such as its schema allows."""
        (operation,) = (one for one in self.operations if one.definition.raw["operationId"] == name)
        self._ask(role, operation, GenerationMode.POSITIVE, cases, 0)

    def _ask(self, role: str, operation: Any, mode: GenerationMode, most: int, number: int) -> None:
        @seed(number)
        @settings(
            max_examples=most, database=None, deadline=None, phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode), dice=st.integers(0, 2**32))
        def one(case: Any, dice: int) -> None:
            self.ask(role, operation, case, Random(dice))

        try:
            one()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, operation.label  # there is nothing that could be wrong

    def ask(self, role: str, operation: Any, case: Any, random: Random) -> None:
        name, path = operation.definition.raw["operationId"], operation.path.removeprefix(API)
        self.known.point(path, case, random)
        self._fill(name, case, random)
        token = SITE_TOKEN if path.startswith("/sites/") else self.service.secrets[self.users[role], "bearer"]
        headers = {} if name in WITHOUT else {"Authorization": f"Bearer {token}"}
        self.faults.last = ""
        response = case.call(session=self.client, app=self.service.app, headers=headers)
        self.judge(role, name, case, response)
        if response.status_code < 300:
            self.reached[role, name] = 1
            if "json" in response.headers.get("content-type", [""])[0]:
                self.known.learn(path, response.json())
        if self._shut_out(role):
            self.service.undo()
            self.known.forget()

    @property
    def reached(self) -> Counter[tuple[str, str]]:
        return self.found.reached

    def begin_again(self) -> None:
        """Put the office back to its beginning, and forget what was found."""
        self.service.undo()
        self.known.forget()
        self.found = Found()

    def never(self) -> set[str]:
        """The operations that nobody succeeded with."""
        return {one.definition.raw["operationId"] for one in self.operations} - {name for _, name in self.reached}

    def judge(self, role: str, name: str, case: Any, response: Response) -> None:
        status = response.status_code
        self.found.cases[role, status] += 1
        if status >= 500 and status != 503:
            self.found.note(role, name, status, self.faults.last[-1500:] or "a server error", response.text[:300])
            return
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                sent = f"{case.method} {response.request.url[:300]} {str(response.request.body)[:300]}"
                kind = f"{type(failure).__name__}: {str(failure)[:400]}"
                self.found.note(role, name, status, kind, f"{sent} → {response.text[:400]}")

    def _fill(self, name: str, case: Any, random: Random) -> None:
        """Bodies, sheets and files as offices have them, of which no schema tells, with something of the case left."""
        if not isinstance(case.body, dict) or random.random() < 0.4:
            return
        sound = self.known.sound(name, random)
        if sound is not None:
            kept = {key: value for key, value in case.body.items() if random.random() < 0.15}
            case.body = {**sound, **kept}
            return
        sheet = self.known.sheet(name, random)
        if sheet is not None:
            kept = {key: value for key, value in case.body.items() if key != "file" and random.random() < 0.15}
            case.body = {**kept, "text": sheet}
        elif name == "importPunches":
            data = bytearray(FILE * random.randrange(1, 5))
            for _ in range(random.randrange(3)):
                data[random.randrange(len(data))] = random.randrange(256)
            case.body = case.body | {"file": bytes(data), "terminal": random.choice(self.known.things["terminal"])}

    def _shut_out(self, role: str) -> bool:
        """Whether somebody has taken away from this role what it asks with."""
        held = self.service.accounts.who(self.service.secrets[self.users[role], "bearer"], "bearer")
        return held is None or held.held.must is not None or not held.grants
