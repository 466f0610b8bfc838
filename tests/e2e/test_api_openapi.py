"""The OpenAPI document is whole: every reference leads somewhere, everything is described, examples are true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from api.http.errors import STATUS, TITLE
from api.http.schemas import office as office_schemas
from api.http.schemas import papers, rosters, rules, rulings, sheets, sites, terminal_health, terminals, units
from tests.e2e.conftest import Office

API = "/api/v1"
SPAN = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture(scope="module")
def document(shared_office: Office) -> dict[str, Any]:
    found: dict[str, Any] = shared_office.get("hr", "/openapi.json")
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method} {path}", operation


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def test_every_reference_leads_to_a_schema_and_every_schema_is_used(document: dict[str, Any]) -> None:
    named = {node["$ref"] for node in nodes(document) if isinstance(node.get("$ref"), str)}
    there = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert named - there == set()
    assert there - named == set()


def test_every_status_of_an_error_can_be_described() -> None:
    assert set(STATUS.values()) - set(TITLE) == set()


def test_every_operation_has_a_name_of_its_own_a_tag_a_summary_and_a_description(document: dict[str, Any]) -> None:
    listed = list(operations(document))
    names = [operation["operationId"] for _, operation in listed]
    assert len(names) == len(set(names))
    tags = {tag["name"] for tag in document["tags"]}
    for name, operation in listed:
        assert operation["summary"], name
        assert operation["description"], name
        assert len(operation["tags"]) == 1, name
        assert operation["tags"][0] in tags, name


def test_what_some_roles_are_refused_is_in_the_document(document: dict[str, Any], shared_office: Office) -> None:
    refused = set()
    for path, item in document["paths"].items():
        if "get" in item and "{id}" not in path:
            named = {"kind": "employees", "code": "T-A", "name": "hr", "unit": "A", "month": "2026-11"}
            named |= {"key": "0" * 32, "digest": "0" * 64, "number": "1"}
            answer = shared_office.client("inspector").get(path.format(**named))
            refused |= {path} if answer.status_code == 403 else set()
    assert {f"{API}/terminals/pushing", f"{API}/terminals/{{code}}/users", f"{API}/sites"} <= refused
    assert [path for path in refused if "403" not in document["paths"][path]["get"]["responses"]] == []


def test_every_parameter_and_field_is_described(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (name, parameter["name"])
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            assert described.get("description"), (name, field)


def test_every_number_asked_for_is_bounded(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            if schema.get("type") == "integer":
                assert {"minimum", "maximum"} <= set(schema), (name, parameter["name"])


def test_problems_are_documented_as_problems(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if status >= "400" and not (name.endswith("/ready") and status == "503"):
                assert set(response["content"]) == {"application/problem+json"}, (name, status)
        if not name.endswith(("/health", "/auth/token")):
            assert "401" in operation["responses"], name
            assert operation["security"], name


def test_answers_have_examples(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        if "items" in schema.get("properties", {}) and "total" in schema["properties"]:
            row = schema["properties"]["items"]["items"]["$ref"].rsplit("/", 1)[1]
            assert schemas[row].get("examples"), (name, row)


@pytest.mark.parametrize(
    ("path", "query", "model"),
    [
        ("/units", {}, units.UnitList),
        ("/employees", {}, office_schemas.EmployeeList),
        ("/assignments", {}, office_schemas.AssignmentList),
        ("/enrolments", {}, office_schemas.EnrolmentList),
        ("/schedules", {}, office_schemas.ScheduleList),
        ("/calendar", SPAN, office_schemas.CalendarList),
        ("/papers", {}, papers.PaperList),
        ("/absences", {}, papers.PaperList),
        ("/rosters/sheet", {"unit": "A"}, rosters.Sheet),
        ("/rules", {"unit": "A"}, rules.RulesInForce),
        ("/terminals", {}, terminals.TerminalList),
        ("/terminals/T-A/pulls", {}, terminals.PullList),
        ("/terminals/T-A/health", {}, terminal_health.TerminalHealth),
        ("/punches", SPAN, terminals.PunchList),
        ("/verdicts", SPAN, rulings.VerdictList),
        ("/violations", SPAN, rulings.ViolationList),
        ("/violations/1-20261103-am-late", {}, rulings.ViolationWithEvidence),
    ],
)
def test_answers_are_what_the_document_says(
    shared_office: Office, path: str, query: dict[str, Any], model: type[BaseModel]
) -> None:
    answer = shared_office.get("hr", path, **query)
    model.model_validate(answer)
    rows = answer.get("items", [answer])
    assert rows
    item = model.model_fields["items"].annotation.__args__[0] if "items" in model.model_fields else model
    told = {field.alias or name for name, field in item.model_fields.items()}
    assert set(rows[0]) == told


@pytest.mark.parametrize(
    "module", [office_schemas, papers, rosters, rules, rulings, sheets, sites, terminal_health, terminals, units]
)
def test_examples_are_valid(module: Any) -> None:
    checked = 0
    for model in vars(module).values():
        if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__:
            for example in (model.model_config.get("json_schema_extra") or {}).get("examples", []):
                model.model_validate(example)
                checked += 1
    assert checked
