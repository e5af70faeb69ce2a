"""orjson or json, and jsonschema-rs: the protocol of bench/schema_child.h.

usage: validate_rs.py SCHEMA LINES assert|annotate PASSES json|orjson
"""
import sys
import time

import json
import jsonschema_rs


def loader(name):
    if name == "json":
        return json.loads
    import orjson

    return orjson.loads


def main():
    schema_file, lines_file, formats, passes, parser = sys.argv[1:6]
    loads = loader(parser)
    with open(schema_file, "rb") as file:
        schema = json.load(file)
    with open(lines_file, "rb") as file:
        texts = file.read().split(b"\n")[:-1]
    begun = time.thread_time_ns()
    try:
        validator = jsonschema_rs.validator_for(schema, validate_formats=formats == "assert")
    except ValueError as error:
        print("cannot", " ".join(str(error).split())[:200], flush=True)
        return
    compile_ns = time.thread_time_ns() - begun
    is_valid = validator.is_valid
    values = [loads(text) for text in texts]
    verdicts = "".join("1" if is_valid(value) else "0" for value in values)
    print("ready", compile_ns, verdicts, flush=True)
    for _ in sys.stdin:
        begun = time.thread_time_ns()
        for _ in range(int(passes)):
            for text in texts:
                is_valid(loads(text))
        parsed = time.thread_time_ns()
        for _ in range(int(passes)):
            for value in values:
                is_valid(value)
        print(parsed - begun, time.thread_time_ns() - parsed, flush=True)


main()
