"""Holds the events of one run against the schema: validate_events.py SCHEMA EVENTS."""

import json
import sys

from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
definitions = schema["$defs"]
validators = {
    definition["properties"]["event"]["const"]: Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})
    for name, definition in definitions.items()
    if "event" in definition["properties"]
}
assert len(validators) == len(schema["oneOf"])

names = []
with open(sys.argv[2], "rb") as file:
    for line in file:
        assert line.endswith(b"\n"), line
        event = json.loads(line.decode("utf-8"))
        # One by one, for a message that says what is wrong.
        validators[event["event"]].validate(event)
        Draft202012Validator(schema).validate(event)
        names.append(event["event"])

assert names[0] == "run.started", names
assert names.count("run.started") == 1 and names.count("run.finished") == 1, names
assert names[-1] == "run.finished", names
print(" ".join(sorted(set(names))))
