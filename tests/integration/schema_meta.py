#!/usr/bin/env python3
"""The built-in meta-schemas, held against the published ones (jsonschema-specifications), and what
the compiler refuses, held against what they refuse.

    schema_meta.py [PROGRAM]     PROGRAM: tests/bowtie/bowtie-fiat

For each draft, over the schemas of the official test suite, thousands of mutations of them, and
every keyword with every kind of value:
  - our meta-schema and the published one, both judged by our engine, agree;
  - python-jsonschema with the published one agrees, for a sample;
  - a schema that the published one refuses does not compile, and one that it takes does, unless for
    one of the reasons that explained() knows.
"""
import copy
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys

TREE = pathlib.Path(os.environ.get("top_srcdir") or pathlib.Path(__file__).resolve().parents[2])
VENV = TREE / ".deps-local/schema-peers"
SUITE = TREE / ".deps-local/json-schema-suite"

try:
    import jsonschema
    from jsonschema_specifications import REGISTRY
except ImportError:
    if (VENV / "bin/python").exists() and pathlib.Path(sys.prefix) != VENV.absolute():
        os.execv(VENV / "bin/python", [str(VENV / "bin/python"), *sys.argv])
    print("SKIP: jsonschema-specifications is not installed: scripts/setup-schema-peers")
    sys.exit(77)

PLACE = "json-schema.org"
OTHER_PLACE = "published.example"  # the published documents, so that the built-in ones are not used
MUTATIONS = 1500  # a draft
SAMPLE = 400  # a draft, for python-jsonschema

DRAFTS = {
    "draft4": "http://json-schema.org/draft-04/schema#",
    "draft6": "http://json-schema.org/draft-06/schema#",
    "draft7": "http://json-schema.org/draft-07/schema#",
    "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}

VALUES = [
    None, True, False, 0, 1, -1, 3.0, 1.5, -0.5, 1e30, "", "a", "#", "^a$", "(", "string", "a b",
    "http://example.com/a", "http://example.com/a#b", "1a", [], [1], ["a"], ["a", "a"], ["a", "b"],
    ["string"], ["string", "string"], ["string", "text"], [{}], [True], [1, 1.0], [{"type": 1}], {},
    {"a": 1}, {"a": True}, {"a": {}}, {"a": ["b"]}, {"a": ["b", "b"]}, {"a": []}, {"a": [1]},
    {"(": {}}, {"type": "null"}, {"type": 1}, {"a": {"minLength": -1}}, {"http://example.com/v": True},
]


class Harness:
    """bowtie-fiat, and what it says of schemas and instances."""

    def __init__(self, program):
        pipe = subprocess.PIPE
        self.child = subprocess.Popen([program], stdin=pipe, stdout=pipe)
        self.ask({"cmd": "start", "version": 1})

    def ask(self, request):
        self.child.stdin.write(json.dumps(request).encode() + b"\n")
        self.child.stdin.flush()
        return json.loads(self.child.stdout.readline())

    def run(self, schema, instances, registry=None):
        tests = [{"description": "", "instance": instance} for instance in instances]
        case = {"description": "", "schema": schema, "registry": registry or {}, "tests": tests}
        return self.ask({"cmd": "run", "seq": 1, "case": case})

    def verdicts(self, schema, instances, registry=None):
        answer = self.run(schema, instances, registry)
        if "results" not in answer:
            raise RuntimeError(answer)
        return [result.get("valid") for result in answer["results"]]

    def close(self):
        self.child.stdin.close()
        return self.child.wait()


def published():
    """URI -> document, each moved to another place, with all that it refers to."""
    moved = {}
    for uri in REGISTRY:
        document = copy.deepcopy(REGISTRY.contents(uri))
        key = "$id" if "$id" in document else "id"
        document[key] = document[key].replace(PLACE, OTHER_PLACE)
        moved[document[key].rstrip("#")] = document
    return moved


def keywords():
    """Every keyword that a published meta-schema knows."""
    found = set()
    for uri in REGISTRY:
        if "draft-03" not in uri:
            found.update(REGISTRY.contents(uri)["properties"])
    return sorted(found)


def suite_schemas(draft):
    found = {}
    for path in sorted((SUITE / "tests" / draft).rglob("*.json")):
        for group in json.loads(path.read_text()):
            found[json.dumps(group["schema"])] = group["schema"]
    return list(found.values())


def places(value):
    """(container, key) of everything inside a value."""
    items = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from places(inner)


def mutated(schema, chance):
    schema = copy.deepcopy(schema)
    spots = list(places(schema))
    if not spots:
        return chance.choice(VALUES)
    container, key = chance.choice(spots)
    container[key] = copy.deepcopy(chance.choice(VALUES))
    return schema


def candidates(draft):
    """Schemas right and wrong, without those of another draft."""
    chance = random.Random(draft)
    own = suite_schemas(draft)
    for schema in own:
        yield schema
    for _ in range(MUTATIONS):
        yield mutated(chance.choice(own), chance)
    for keyword, value in itertools.product(keywords(), VALUES):
        yield {keyword: value}
        yield {"properties": {"p": {keyword: value, "minLength": 1}}}
        if keyword.startswith("exclusive"):
            yield {keyword: value, keyword[9:].lower(): 1}
    for value in VALUES:
        yield value


def of_draft(schema, uri):
    """Says no schema inside that it is of another draft, or of none that is known?"""
    return all(not (key == "$schema" and isinstance(container, dict) and container[key] != uri)
               for container, key in places([schema]))


def siblings_of_ref(schema):
    return any(isinstance(container[key], dict) and "$ref" in container[key] and
               len(container[key]) > 1 for container, key in places([schema]))


def explained(draft, schema, accepted, answer):
    """Why the compiler may be of another opinion than the meta-schema; None: it may not."""
    if accepted:
        status, keyword, message = (answer["context"][each]
                                    for each in ("status", "keyword", "message"))
        if status == "FIAT_E_SCHEMA_REF":
            return "a reference leads nowhere"
        if keyword in ("pattern", "patternProperties"):
            return "a regular expression is wrong"
        if "/unknown-keyword" in message or "/examples/" in message:
            return "a reference makes a schema of something else"
        if keyword == "$ref" and draft == "draft4":
            return "the meta-schema of draft-04 does not mention $ref"
    elif draft in ("draft4", "draft6", "draft7") and siblings_of_ref(schema):
        return "what stands beside $ref is no keyword"
    elif draft == "draft2020-12" and "$recursive" in json.dumps(schema):
        return "2020-12 has done away with $recursiveRef and $recursiveAnchor"
    return None


class Check:
    def __init__(self, program):
        self.harness = Harness(program)
        self.published = published()
        self.wrong = 0

    def complain(self, text, schema):
        self.wrong += 1
        if self.wrong <= 100:
            print(f"FAIL {text}: {json.dumps(schema)}")

    def compare(self, draft, uri):
        before = self.wrong
        schemas = [each for each in candidates(draft) if of_draft(each, uri)]
        ours = self.harness.verdicts({"$schema": uri, "$ref": uri}, schemas)
        theirs = self.harness.verdicts(
            {"$schema": uri, "$ref": uri.replace(PLACE, OTHER_PLACE)}, schemas, self.published)
        for schema, our, their in zip(schemas, ours, theirs, strict=True):
            if our is not their:
                # The published draft-07 of 2019 and later has writeOnly; the package has an older.
                if draft == "draft7" and "writeOnly" in json.dumps(schema):
                    continue
                self.complain(f"{draft}: ours says {our}, the published {their}", schema)
        self.ask_python(draft, uri, schemas, theirs)
        reasons = self.compile_all(draft, uri, schemas, ours)
        print(f"{draft}: {len(schemas) - (self.wrong - before)} of {len(schemas)} passed; "
              f"{theirs.count(True)} are right, {theirs.count(False)} wrong; compiled otherwise: "
              f"{reasons}")
        if min(theirs.count(True), theirs.count(False)) < 500:
            self.complain("too few schemas of one kind", draft)

    def ask_python(self, draft, uri, schemas, verdicts):
        validator = jsonschema.validators.validator_for({"$schema": uri})
        judge = validator(validator.META_SCHEMA)
        sample = random.Random(draft).sample(range(len(schemas)), SAMPLE)
        for i in sample:
            if judge.is_valid(schemas[i]) is not verdicts[i]:
                self.complain(f"{draft}: python-jsonschema does not say {verdicts[i]}", schemas[i])

    def compile_all(self, draft, uri, schemas, verdicts):
        reasons = {}
        self.harness.ask({"cmd": "dialect", "dialect": uri})
        remotes = {f"http://localhost:1234/{path.relative_to(SUITE / 'remotes')}":
                   json.loads(path.read_text()) for path in (SUITE / "remotes").rglob("*.json")}
        for schema, accepted in zip(schemas, verdicts, strict=True):
            needs = remotes if "localhost:1234" in json.dumps(schema) else None
            answer = self.harness.run(schema, [], needs)
            if ("results" in answer) is accepted:
                continue
            reason = explained(draft, schema, accepted, answer)
            if reason:
                reasons[reason] = reasons.get(reason, 0) + 1
            elif accepted:
                self.complain(f"{draft}: refused though right: {answer['context']}", schema)
            else:
                self.complain(f"{draft}: compiled though wrong", schema)
        return reasons


def main(program):
    if not SUITE.is_dir():
        print("SKIP: the test suite is not there: scripts/fetch-test-suite")
        return 77
    check = Check(program)
    for draft, uri in DRAFTS.items():
        check.compare(draft, uri)
    if check.harness.close() != 0:
        check.complain("exit code", check.harness.child.returncode)
    print(f"{check.wrong} wrong")
    return 1 if check.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        os.environ.get("top_builddir", "."), "tests/bowtie/bowtie-fiat")))
