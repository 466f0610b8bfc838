"""The PDF of a checkpoint: one page with its code, and its whole text as a QR code, so that paper is a witness too."""

from __future__ import annotations

import io

import segno

from api.pages.i18n import Translator
from attendance import clock
from attendance.services.evidence.checkpoints import Checkpoint
from reports.printing import as_text, own_template, pdf


def draw_checkpoint(made: Checkpoint, zone: str, t: Translator) -> bytes:
    """The same bytes for the same checkpoint and language."""
    note = made.note
    at = clock.to_wall(note.at, zone)
    out = io.BytesIO()
    segno.make(made.text, error="m", micro=False).save(out, kind="svg", border=2, dark="#000", xmldecl=False)
    lines = {
        "lang": t.lang,
        "title": t("checkpoint_paper.title", number=note.number, office=note.origin),
        "office": note.origin,
        "heading": t("checkpoint_paper.heading", number=note.number),
        "dated": t("checkpoint_paper.dated", at=f"{at:%H:%M:%S}", day=t.date(at.date())),
        "opening": [t("checkpoint_paper.what"), t("checkpoint_paper.keep")],
        "code_label": t("checkpoint_paper.code"),
        "code": note.code,
        "figures": [
            (t("checkpoint_paper.size"), str(note.size)),
            (t("checkpoint_paper.chains"), str(note.chains)),
            (t("checkpoint_paper.root"), note.root.hex()),
            (t("checkpoint_paper.digest"), note.digest),
            (t("checkpoint_paper.key"), note.key),
        ],
        "text_label": t("checkpoint_paper.text"),
        "text": made.text,
    }
    return pdf(own_template("checkpoint"), {"page": as_text(lines), "qr": out.getvalue().decode()}, at=note.at)
