"""Commands of what a person does with a commitment: signs it, confirms it, notes a refusal, reviews it; its paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.acting import As, PasswordFile, acting
from api.cli.place import open_database, operator, print_told, read_settings, say, see

Number = Annotated[int, typer.Argument(metavar="COMMITMENT", min=1, help="Number of the commitment.")]
Seen = Annotated[int | None, typer.Option("--version", help="The version you looked at.")]


def sign(
    number: Number,
    account: As,
    digest: Annotated[str, typer.Option(help="Of the text you read, as `commitments show` prints it.")],
    password_file: PasswordFile = None,
) -> None:
    """Sign your own commitment, or as the head in office that of your unit."""
    from attendance.clock import utc_now
    from attendance.services.commitments import signing
    from attendance.services.commitments.reading import seen
    from attendance.services.commitments.signing import Signer

    with acting(account, password_file) as who, who.database.writing() as session:
        seen(session, who.allowed(session, "commitments.sign"), number, who.today)
        by = Signer(who.user.user_id, who.user.employee_id, who.actor)
        row = signing.sign(session, number, by, digest=digest, zone=who.settings.timezone, at=utc_now())
        kept = row.digest
    say(f"Commitment {number} is signed by {account}. Digest {kept}")


def confirm(number: Number, account: As, version: Seen = None, password_file: PasswordFile = None) -> None:
    """Confirm a signed commitment, as the head of the person; a head's own, and a unit's, one level up."""
    from attendance.clock import utc_now
    from attendance.services.commitments import signing
    from attendance.services.commitments.reading import seen
    from attendance.services.impartial import Decider

    with acting(account, password_file) as who, who.database.writing() as session:
        within = who.allowed(session, "commitments.review")
        seen(session, within, number, who.today)
        by = Decider(who.actor, within)
        signing.confirm(session, number, by, version=version, zone=who.settings.timezone, at=utc_now())
    say(f"Commitment {number} is confirmed by {account}.")


def refused(
    number: Number,
    reason: Annotated[str, typer.Option(help="As they say it.")],
    account: As,
    version: Seen = None,
    password_file: PasswordFile = None,
) -> None:
    """Note, as the head of the person, that they do not sign; they may sign later all the same."""
    from attendance.clock import utc_now
    from attendance.services.commitments import signing
    from attendance.services.commitments.reading import seen
    from attendance.services.impartial import Decider

    with acting(account, password_file) as who, who.database.writing() as session:
        within = who.allowed(session, "commitments.review")
        seen(session, within, number, who.today)
        signing.note_refusal(
            session, number, Decider(who.actor, within), reason=reason, version=version, zone=who.settings.timezone,
            at=utc_now(),
        )  # fmt: skip
    say(f"It is noted that commitment {number} was not signed.")


def review(number: Number, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """The review sheet: the facts as they were when it was reviewed, or as they are now; and what was concluded."""
    from attendance.clock import utc_now
    from attendance.store import commitments
    from attendance.store.within import EVERYTHING
    from reports.commitments import review_view

    settings, now = read_settings(), utc_now()
    with open_database(settings) as database, database.reading() as session:
        view = review_view(session, settings.timezone, commitments.get(session, number), EVERYTHING, None, now)
        see(session, "commitment_progress", view.progress.shown)
    told: dict[str, Any] = {
        "facts": view.progress.facts, "facts_digest": view.digest, "obstacle": view.obstacle or None,
        "outcome": view.outcome or None, "remark": view.remark or None, "reviewed_by": view.reviewed_by or None,
        "reviewed_at": view.reviewed_at, "digest": view.review_digest or None, "holds": view.holds,
    }  # fmt: skip
    if as_json:
        print_told(told)
    else:
        say(f"Commitment {number}: {told['facts']['state']}, {told['outcome'] or told['obstacle'] or 'not reviewed'}")
        for clause in told["facts"]["clauses"]:
            figure = f" {clause['n']}/{clause['of']}" if clause["of"] is not None else ""
            say(f"  {clause['id']}. {clause['kind']}: {clause['state']}{figure}, {len(clause['items'])} on its list")
        if told["outcome"]:
            say(f"  {told['reviewed_by']}: {told['remark']}")
        say(f"  Digest of these facts: {told['facts_digest']}")
    if not view.holds:
        raise typer.Exit(1)


def conclude(
    number: Number,
    outcome: Annotated[str, typer.Argument(help="kept, partly, not_kept or not_enough_known.")],
    remark: Annotated[str, typer.Option(help="In a few words, and why.")],
    facts_digest: Annotated[str, typer.Option(help="Of the facts you saw, as `commitments review` prints it.")],
    account: As,
    password_file: PasswordFile = None,
) -> None:
    """Write the review of a commitment after its last day, once and for good. Nobody reviews their own."""
    from attendance.clock import utc_now
    from attendance.services.commitments import reviewing
    from attendance.services.commitments.reading import seen
    from attendance.services.impartial import Decider

    with acting(account, password_file) as who, who.database.writing() as session:
        within = who.allowed(session, "commitments.review")
        seen(session, within, number, who.today)
        reviewing.review(
            session, who.settings.timezone, number, Decider(who.actor, within), outcome=outcome, remark=remark,
            seen=facts_digest, at=utc_now(),
        )  # fmt: skip
    say(f"Commitment {number}: {outcome}, by {account}.")


def paper(number: Number, out: Annotated[Path, typer.Option("--out", help="PDF to write it to.")]) -> None:
    """The paper of a commitment as PDF: as it was signed, or as it would be signed today."""
    from api.printing.commitment import draw_commitment
    from attendance.clock import utc_now
    from attendance.store import commitments
    from attendance.store.within import EVERYTHING
    from reports.commitment_page import CommitmentReader, commitment_page

    settings = read_settings()
    with open_database(settings) as database, database.reading() as session:
        reader = CommitmentReader(-1, None, EVERYTHING, None, None, None)
        row = commitments.get(session, number)
        view = commitment_page(session, settings.timezone, utc_now(), row, reader)
        see(session, "commitments", [view.paper.employee])
        content = draw_commitment(view)
    out.write_bytes(content)
    say(f"Commitment {number} in {out}.")


def withdraw_template(code: Annotated[str, typer.Argument(metavar="TEMPLATE", help="Code of the template.")]) -> None:
    """Take a template out of use; what was asked and signed by it stays."""
    from attendance.clock import utc_now
    from attendance.services.commitments import templates
    from attendance.store.within import EVERYTHING

    with open_database(read_settings()) as database, database.writing() as session:
        templates.withdraw(session, operator(), EVERYTHING, code, at=utc_now())
    say(f"Nobody is asked by template {code} any more.")
