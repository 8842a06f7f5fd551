"""Write down how a sample was drawn so that anybody can check it, and draw it again from that alone (¶10).

The paper names no person. Its check sum says of which frame it is: SHA-256 of the frame's keys, each ``course/code``,
sorted, with line feeds between. The order of a programme is that of SHA-256 of ``seed|frame|course/code`` in UTF-8, as
hexadecimal text; the first so many are invited, the others are the reserves in this order.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from coursewaves.errors import CoursewavesError
from coursewaves.field.draw import Draw

VERSION = 1

ALGORITHM = [
    "1. The frame: everybody who completed a course, one key each: course/code. Codes are as in the list frame.csv.",
    "2. frame_hash: SHA-256 of all keys, sorted by their Unicode code points, with a line feed between two keys.",
    "3. Everybody's number: SHA-256 of seed|frame_id|key in UTF-8, as 64 hexadecimal digits.",
    "4. The order within a programme: by number, the smallest first.",
    "5. The first n_invited of each programme are invited; the others are its reserves, in this order.",
]


def paper_of(draw: Draw) -> dict[str, Any]:
    """Return the public part of a draw, as plain values for JSON."""
    plan = draw.plan
    strata = [
        {
            "direction_id": row["direction_id"] if isinstance(row["direction_id"], str) else None,
            "programme_id": row["programme_id"],
            "n_invited": int(row["n_invited"]),
        }
        | {name: int(row[name]) for name in ("n_completed", "n_listed", "n_required")}
        | {"is_census": bool(row["is_census"]), "reason": row["reason"]}
        for row in plan.strata.to_dict("records")
    ]
    return {
        "version": VERSION,
        "instrument_id": draw.instrument.id,
        "wave": draw.instrument.wave,
        "seed": plan.seed,
        "frame_id": plan.frame_id,
        "frame_hash": plan.frame_hash,
        "n_frame": len(plan.frame),
        "algorithm": ALGORITHM,
        "strata": strata,
    }


def redraw(paper: Mapping[str, Any], frame: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Draw again from the public part and the frame alone.

    Parameters
    ----------
    paper
        As of `paper_of`.
    frame
        Programme and key (``course/code``) of each person of the frame, in any order.

    Returns
    -------
    dict
        By programme all keys in the order of the draw.

    Raises
    ------
    CoursewavesError
        Where the frame is not the one of the draw.
    """
    people = list(frame)
    if sha256("\n".join(sorted(key for _, key in people)).encode()).hexdigest() != paper["frame_hash"]:
        raise CoursewavesError(
            "The list is not the one of the draw: its check sum is another; fix: take the list of then."
        )
    start = f"{paper['seed']}|{paper['frame_id']}|"
    order = sorted(people, key=lambda one: sha256(f"{start}{one[1]}".encode()).hexdigest())
    strata = [stratum["programme_id"] for stratum in paper["strata"]]
    return {name: [key for programme, key in order if programme == name] for name in strata}
