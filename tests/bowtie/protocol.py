#!/usr/bin/env python3
"""Speak Bowtie's protocol with bowtie-fiat: what it answers, and what it does to requests that are
none.

    protocol.py [PROGRAM]
"""
import json
import os
import subprocess
import sys

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
    os.environ.get("top_builddir", "."), "tests/bowtie/bowtie-fiat")
START = '{"cmd":"start","version":1}'
D4 = "http://json-schema.org/draft-04/schema#"
D6 = "http://json-schema.org/draft-06/schema#"
D7 = "http://json-schema.org/draft-07/schema#"
D2019 = "https://json-schema.org/draft/2019-09/schema"
D2020 = "https://json-schema.org/draft/2020-12/schema"

failures = 0
checks = 0


def expect(what, got, want):
    global failures, checks
    checks += 1
    if got != want:
        failures += 1
        print(f"FAIL {what}: got {got!r}, want {want!r}")


def talk(*lines):
    """The answers to requests, the exit code and what stood on standard error."""
    data = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
    done = subprocess.run([PROGRAM], input=data, capture_output=True, timeout=60)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return answers, done.returncode, done.stderr.decode()


def run(schema, *instances, seq="1", registry=None, more=""):
    """A request; schema, instances and registry are JSON text."""
    tests = ",".join(f'{{"description":"","instance":{each}}}' for each in instances)
    registry = f',"registry":{registry}' if registry else ""
    return (f'{{"cmd":"run","seq":{seq},"case":{{"description":"","schema":{schema}{registry},'
            f'"tests":[{tests}]{more}}}}}')


def dialect(uri):
    return json.dumps({"cmd": "dialect", "dialect": uri})


def verdicts(answer):
    return [result.get("valid", "errored") for result in answer.get("results", ["no results"])]


def check_start():
    answers, code, complaint = talk(START, '{"cmd":"stop"}', "this is not read any more")
    expect("start: exit code", code, 0)
    expect("start: complaint", complaint, "")
    expect("start: version", answers[0]["version"], 1)
    about = answers[0]["implementation"]
    expect("start: name", (about["name"], about["language"]), ("fiat", "c"))
    expect("start: dialects", sorted(about["dialects"]), sorted([D4, D6, D7, D2019, D2020]))
    for member in ("version", "homepage", "issues", "source", "documentation", "os", "os_version"):
        expect(f"start: {member} is a string", isinstance(about.get(member), str), True)
    expect("end of the input", talk(START)[1], 0)
    expect("no input", talk()[1], 0)


def check_dialects():
    # An array of one schema: items of the first item until 2020-12, no schema since. draft-04 has
    # no schema `true`, and 1.0 is no integer in it.
    cases = [run("true", "1"), run('{"type":"integer"}', "1.0"), run('{"if":true,"then":false}', "1"),
             run('{"dependentRequired":{"a":["b"]}}', '{"a":1}'), run('{"prefixItems":[false]}', "[1]")]
    wanted = {
        D4: ["errored", [False], [True], [True], [True]],
        D6: [[True], [True], [True], [True], [True]],
        D7: [[True], [True], [False], [True], [True]],
        D2019: [[True], [True], [False], [False], [True]],
        D2020: [[True], [True], [False], [False], [False]],
    }
    lines, want = [START], []
    for uri, each in wanted.items():
        lines += [dialect(uri), *cases]
        want += [{"ok": True}, *each]
    answers, code, complaint = talk(*lines)
    got = [answer if "ok" in answer else
           "errored" if answer.get("errored") else verdicts(answer) for answer in answers[1:]]
    expect("dialects", got, want)
    expect("dialects: exit code and complaint", (code, complaint), (0, ""))


def check_bytes():
    """Numbers reach the engine as they are spelt; so does what answers echo."""
    answers, code, _ = talk(
        START,
        run('{"const":100000000000000000000000000000001}', "100000000000000000000000000000001.0",
            "100000000000000000000000000000000", "1e32"),
        run('{"multipleOf":0.01}', "123456789012345678901234567890.01",
            "123456789012345678901234567890.011", seq='"s\\u00e9q"'),
        run('{"maximum":1e400}', "1e399", "1e401", '"a ] } \\" string"', seq="7"),
        run('{ "minItems" : 2 }', "[ 1 , [ 2 ] ]", ' [ {"a" : []} ]', "{}"))
    expect("bytes", [verdicts(answer) for answer in answers[1:]],
           [[True, False, False], [True, False], [True, False, True], [True, False, True]])
    expect("bytes: seq", [answer["seq"] for answer in answers[1:]], [1, "s\u00e9q", 7, 1])
    expect("bytes: exit code", code, 0)


def check_registry():
    ref = '{"$ref":"http://example.com/\\u00fc"}'
    answers, code, _ = talk(
        START,
        run(ref, "1", '"a"', registry='{"http://example.com/\\u00fc":{"$ref":"other"},'
            '"http://example.com/other#":{"type":"string"}}'),
        run('{"$ref":"http://example.com/a"}', "1", registry="{}"),
        run('{"$ref":"http://example.com/a"}', "1", registry="null"),
        run(f'{{"$ref":"{D7}"}}', '{"minimum":1}', '{"minimum":""}'),
        dialect(D4),
        # Documents without $schema are of the dialect, too.
        run('{"$ref":"http://example.com/a"}', "1.0", "1",
            registry='{"http://example.com/a":{"type":"integer"}}'))
    got = [answer.get("errored") or answer.get("ok") or verdicts(answer) for answer in answers[1:]]
    expect("registry", got, [[False, True], True, True, [True, False], True, [False, True]])
    expect("registry: errors", ["example.com/a" in answers[i]["context"]["message"] for i in (2, 3)],
           [True, True])
    expect("registry: exit code", code, 0)


def check_errors():
    """What is wrong with a case is said in its answer; the next one is heard."""
    deep = "[" * 1500 + "]" * 1500
    answers, code, complaint = talk(
        START, run('{"type":"text"}', "1", seq='"bad"'), run("3", "1"),
        run('{"items":{"minItems":1}}', "[]", deep, "[[]]"), run("{}", "1", more=',"comment":""'))
    expect("errors: a bad schema", (answers[1]["seq"], answers[1]["errored"]), ("bad", True))
    expect("errors: its message", "text" in answers[1]["context"]["message"], True)
    expect("errors: no schema", answers[2].get("errored"), True)
    expect("errors: too deep", verdicts(answers[3]), [True, "errored", False])
    expect("errors: afterwards", verdicts(answers[4]), [True])
    expect("errors: exit code and complaint", (code, complaint), (0, ""))


def check_malformed():
    case = '"case":{"description":"","schema":true,"tests":%s}'
    for line in [
            "", "{", "[]", "3", "null", "{}", '{"cmd":3}', '{"cmd":"go"}', '{"cmd":"start"}',
            '{"cmd":"start","version":2}', '{"cmd":"start","version":"1"}', '{"cmd":"dialect"}',
            '{"cmd":"dialect","dialect":7}', dialect("http://json-schema.org/draft-03/schema#"),
            '{"cmd":"run"}', '{"cmd":"run","seq":1}', '{"cmd":"run","seq":[],' + case % "[]" + "}",
            '{"cmd":"run",' + case % "[]" + "}", '{"cmd":"run","seq":1,"case":[]}',
            '{"cmd":"run","seq":1,' + case % "{}" + "}", '{"cmd":"run","seq":1,' + case % "[3]" + "}",
            '{"cmd":"run","seq":1,' + case % "[{}]" + "}",
            '{"cmd":"run","seq":1,"case":{"tests":[]}}',
            run("{}", "1", registry="[]"), run('{"const":"\\ud800"}', "1"), run("{}", "01"),
            b'{"cmd":"\xff"}', b'{"cmd":"st\0op"}', "[" * 100000, '{"a":' * 100000]:
        answers, code, complaint = talk(START, line, '{"cmd":"stop"}')
        expect(f"malformed {line[:60]!r}", (len(answers), code), (1, 1))
        expect(f"malformed {line[:60]!r}: complaint",
               complaint.startswith("bowtie-fiat: line 2: ") and complaint.count("\n"), 1)
    expect("before start", talk(run("{}", "1"))[1], 1)


def main():
    check_start()
    check_dialects()
    check_bytes()
    check_registry()
    check_errors()
    check_malformed()
    print(f"protocol: {checks - failures} of {checks} passed")
    return 1 if failures or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
