"""The JSON Schema of a session file, from which editors complete and check one as it is typed.

``python -m jackrf.sessions.schema [FILE]`` writes it, by default to ``session.schema.json`` beside
the sessions that come with jackrf, whose first line names it. A session elsewhere takes the same
line with a path::

    #:schema /path/to/session.schema.json
"""

import json
import sys
from pathlib import Path

from jackrf.sessions import shipped
from jackrf.sessions.session import Session

NAME = "session.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """Return the schema as a JSON file."""
    schema = {"$schema": DIALECT, **Session.model_json_schema(), "title": "jackrf session"}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else shipped.folder() / NAME
    path.write_text(schema_text(), encoding="utf-8")
    print(path)
