#!/usr/bin/env python3
"""Random schemas of every draft and random instances, judged by us and by python-jsonschema.

    schema_differential.py [SCHEMAS [SEED]]     default: 250 of each draft, seed 1

The same numbers make the same schemas. What the generator leaves out on purpose, because the peer
is known to be wrong or to mean something else there, stands in the comments that say "Left out".
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import time

TREE = pathlib.Path(os.environ.get("top_srcdir") or pathlib.Path(__file__).resolve().parents[2])
VENV = TREE / ".deps-local/schema-peers"
PROGRAM = os.path.join(os.environ.get("top_builddir", "."), "tests/bowtie/bowtie-fiat")
INSTANCES = 8  # a schema
SECONDS = 60  # give up, and fail

try:
    import jsonschema
except ImportError:
    if (VENV / "bin/python").exists() and pathlib.Path(sys.prefix) != VENV.absolute():
        os.execv(VENV / "bin/python", [str(VENV / "bin/python"), *sys.argv])
    print("SKIP: python-jsonschema is not installed: scripts/setup-schema-peers")
    sys.exit(77)

DRAFTS = {
    4: (jsonschema.Draft4Validator, "http://json-schema.org/draft-04/schema#"),
    6: (jsonschema.Draft6Validator, "http://json-schema.org/draft-06/schema#"),
    7: (jsonschema.Draft7Validator, "http://json-schema.org/draft-07/schema#"),
    2019: (jsonschema.Draft201909Validator, "https://json-schema.org/draft/2019-09/schema"),
    2020: (jsonschema.Draft202012Validator, "https://json-schema.org/draft/2020-12/schema"),
}

NAMES = ["a", "b", "c", "d", "foo", "x-1", "", "\u00e9", "a name of more than sixteen bytes"]
# Left out: numbers that a double does not hold, and multiples of 0.1, which Python divides as
# doubles.
NUMBERS = [0, 1, 2, 3, -1, 5, 10, 1.0, 1.5, -0.5, 2.5, 100, 1e3, -7]
STRINGS = ["", "a", "ab", "abc", "b", "foo", "x-1", "\u00e9", "\U0001f600", "a\nb", "aaaa"]
# Left out: what ECMA-262 and Python's re read differently ($ before a line break, \d, \w, \s).
PATTERNS = ["a", "^a", "^[ab]+(?![^b])", "b|^x", "^.{2}", "o{2}", "^(a|ab)+(?!.)", "[^a]", "^x-[0-9]"]
TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"]


class Generator:
    def __init__(self, draft, seed):
        self.draft = draft
        self.random = random.Random(seed)
        # Left out: contains beside unevaluatedItems in 2019-09: the peer lets the one evaluate items
        # for the other, which came with 2020-12.
        self.contains = draft == 2020 or draft != 4 and self.random.random() < 0.5

    def pick(self, values):
        return self.random.choice(values)

    def some(self, values, most=3):
        return self.random.sample(values, self.random.randint(0, min(most, len(values))))

    def count(self):
        return self.pick([0, 0, 1, 1, 2, 3])

    # ---- Instances. ----

    def scalar(self):
        return self.pick([self.pick(NUMBERS), self.pick(NUMBERS), self.pick(STRINGS),
                          self.pick(STRINGS), None, True, False])

    def value(self, depth=3):
        kind = self.random.random()
        if depth == 0 or kind < 0.35:
            return self.scalar()
        if kind < 0.7:
            return {name: self.value(depth - 1) for name in self.some(NAMES, 5)}
        return [self.value(depth - 1) for _ in range(self.random.randint(0, 4))]

    # ---- Schemas. ----

    def schema(self, depth, place=0):
        """`place`: definitions from this one on may be referred to without a cycle."""
        if self.draft > 4 and self.random.random() < 0.08:
            return self.pick([True, True, False])
        if depth == 0:
            return self.pick([{}, {"type": self.pick(TYPES)}, {"minLength": 2},
                              {"enum": [self.scalar()]}])
        made = {}
        for _ in range(self.random.randint(1, 4)):
            self.pick(self.keywords())(made, depth - 1, place)
        return made

    def keywords(self):
        kinds = [self.of_type, self.of_values, self.of_strings, self.of_numbers, self.of_arrays,
                 self.of_objects, self.of_members, self.of_members, self.in_place, self.in_place,
                 self.reference]
        if self.draft >= 2019:
            kinds += [self.unevaluated, self.unevaluated]
        return kinds

    def of_type(self, made, depth, place):
        made["type"] = self.pick([self.pick(TYPES), self.pick(TYPES),
                                  self.random.sample(TYPES, 2)])

    def of_values(self, made, depth, place):
        if self.draft > 4 and self.random.random() < 0.4:
            made["const"] = self.value(2)
        else:
            values = []
            for value in (self.value(2) for _ in range(3)):
                # The meta-schemas of drafts 4 and 6 want them all different.
                if not any(same(value, other) for other in values):
                    values.append(value)
            made["enum"] = values

    def of_strings(self, made, depth, place):
        made[self.pick(["minLength", "maxLength"])] = self.count()
        if self.random.random() < 0.5:
            made["pattern"] = self.pick(PATTERNS)

    def of_numbers(self, made, depth, place):
        keyword = self.pick(["minimum", "maximum"])
        if self.draft == 4:
            made[keyword] = self.pick(NUMBERS)
            if self.random.random() < 0.5:
                made[self.pick(["exclusiveMinimum", "exclusiveMaximum"])] = self.pick([True, False])
            # Either stands only beside its bound.
            for bound in ("Minimum", "Maximum"):
                if "exclusive" + bound in made:
                    made.setdefault(bound.lower(), self.pick(NUMBERS))
        else:
            exclusive = "exclusive" + keyword.capitalize()
            made[self.pick([keyword, exclusive])] = self.pick(NUMBERS)
        if self.random.random() < 0.4:
            made["multipleOf"] = self.pick([1, 2, 3, 0.5, 1.5, 5])

    def some_schema(self, depth):
        """Left out: objects as additionalProperties or unevaluatedProperties in 2019-09, whose
        keywords the peer takes for the names of what is evaluated."""
        return self.pick([True, False]) if self.draft == 2019 else self.schema(depth)

    def schemas(self, depth, place, least=1):
        return [self.schema(depth, place) for _ in range(self.random.randint(least, 3))]

    def of_arrays(self, made, depth, place):
        """What an array contains is another value, so references may go anywhere."""
        choice = self.random.randint(0, 4)
        if choice == 0:
            made[self.pick(["minItems", "maxItems"])] = self.count()
        elif choice == 1:
            made["uniqueItems"] = True
        elif choice == 2 and self.contains:
            made["contains"] = self.schema(depth)
            if self.draft >= 2019 and self.random.random() < 0.6:
                made[self.pick(["minContains", "maxContains"])] = self.count()
        elif self.draft == 2020:
            if self.random.random() < 0.6:
                made["prefixItems"] = self.schemas(depth, 0)
            if self.random.random() < 0.6:
                made["items"] = self.schema(depth)
        else:
            made["items"] = self.pick([self.schema(depth), self.schemas(depth, 0)])
            if self.random.random() < 0.4:
                made["additionalItems"] = self.schema(depth)
            # Left out: a boolean `items` in 2019-09, or beside additionalItems: the peer takes its
            # length and raises TypeError.
            if isinstance(made["items"], bool):
                made.pop("additionalItems", None)
                if self.draft == 2019:
                    made["items"] = {} if made["items"] else {"not": {}}

    def map(self, names, depth, place=0):
        return {name: self.schema(depth, place) for name in self.some(names)}

    def of_members(self, made, depth, place):
        made["properties"] = self.map(NAMES, depth)
        if self.random.random() < 0.3:
            made["patternProperties"] = self.map(PATTERNS, depth)
        if self.random.random() < 0.4:
            made["additionalProperties"] = self.pick([self.some_schema(depth), False])

    def of_objects(self, made, depth, place):
        choice = self.random.randint(0, 3)
        if choice == 0:
            made[self.pick(["minProperties", "maxProperties"])] = self.count()
        elif choice == 1:
            made["required"] = self.random.sample(NAMES, self.random.randint(1, 2))
        elif choice == 2 and self.draft > 4:
            made["propertyNames"] = self.schema(depth)
        elif self.draft < 2019:
            made["dependencies"] = {
                name: self.pick([self.schema(depth, place), self.random.sample(NAMES, 2)])
                for name in self.some(NAMES, 2)}
        elif self.random.random() < 0.5:
            made["dependentRequired"] = {name: self.random.sample(NAMES, 2)
                                         for name in self.some(NAMES, 2)}
        else:
            made["dependentSchemas"] = self.map(NAMES, depth, place)

    def in_place(self, made, depth, place):
        keyword = self.pick(["allOf", "anyOf", "oneOf", "not", "if"])
        if keyword == "not":
            made["not"] = self.schema(depth, place)
        elif keyword != "if":
            made[keyword] = self.schemas(depth, place)
        elif self.draft >= 7:
            made["if"] = self.schema(depth, place)
            for branch in self.some(["then", "else"], 2):
                made[branch] = self.schema(depth, place)

    def reference(self, made, depth, place):
        word = "$defs" if self.draft >= 2019 else "definitions"
        targets = [f"#/{word}/d{i}" for i in range(place, 4)]
        if targets:
            made["$ref"] = self.pick(targets)

    def unevaluated(self, made, depth, place):
        keywords = ["unevaluatedProperties"]
        if self.draft == 2020 or not self.contains:
            keywords.append("unevaluatedItems")
        made[self.pick(keywords)] = self.pick([False, False, self.some_schema(depth)])

    def document(self):
        word = "$defs" if self.draft >= 2019 else "definitions"
        # In place a definition may refer to later ones alone.
        defs = {f"d{i}": self.schema(2, i + 1) for i in range(4)}
        made = self.schema(3)
        if not isinstance(made, dict):
            made = {"allOf": [made]}
        made[word] = defs
        return made


def same(a, b):
    """Equality as JSON Schema means it."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    return a == b


class Engine:
    """bowtie-fiat, case by case."""

    def __init__(self):
        self.child = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      text=True)
        self.ask({"cmd": "start", "version": 1})

    def ask(self, request):
        self.child.stdin.write(json.dumps(request) + "\n")
        self.child.stdin.flush()
        return json.loads(self.child.stdout.readline())

    def verdicts(self, schema, instances):
        tests = [{"description": "", "instance": instance} for instance in instances]
        answer = self.ask({"cmd": "run", "seq": 1,
                           "case": {"description": "", "schema": schema, "tests": tests}})
        if "results" not in answer:
            return answer.get("context", {}).get("message", answer)
        return [result.get("valid", result) for result in answer["results"]]


def compare(engine, draft, number, seed):
    """Pairs that were compared, and disagreements."""
    generator = Generator(draft, f"{seed}/{draft}/{number}")
    validator_class, dialect = DRAFTS[draft]
    schema = {"$schema": dialect, **generator.document()}
    instances = [generator.value() for _ in range(INSTANCES)]
    validator_class.check_schema(schema)
    validator = validator_class(schema)
    ours = engine.verdicts(schema, instances)
    if not isinstance(ours, list):
        return 0, [(schema, None, ours, "the meta-schema takes it")]
    wrong = []
    valid = 0
    for instance, got in zip(instances, ours):
        want = validator.is_valid(instance)
        valid += want
        if got is not want:
            wrong.append((schema, instance, got, want))
    return len(instances), wrong, valid


def main():
    schemas = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    engine = Engine()
    started = time.monotonic()
    failures = 0
    for draft, (_, dialect) in DRAFTS.items():
        engine.ask({"cmd": "dialect", "dialect": dialect})
        pairs = valid = 0
        for number in range(schemas):
            count, wrong, *more = compare(engine, draft, number, seed)
            pairs += count
            valid += sum(more)
            for schema, instance, got, want in wrong:
                failures += 1
                if failures <= 20:
                    print(f"FAIL draft {draft}, schema {number}: got {got}, want {want}\n"
                          f"  {json.dumps(schema)}\n  {json.dumps(instance)}")
            if len(sys.argv) < 2 and time.monotonic() - started > SECONDS:
                sys.exit(f"more than {SECONDS} s")
        print(f"draft {draft}: {schemas} schemas, {pairs} instances, {valid} of them valid")
    if failures:
        sys.exit(f"{failures} disagreements")


if __name__ == "__main__":
    main()
