#!/usr/bin/env python3
"""Bowtie itself runs the official test suite against bowtie-fiat: its smoke test, then every
required test of every draft. Not one may fail, error or be skipped. Requests and answers are
checked against the JSON Schemas of Bowtie's protocol on the way.

    suite.py [PROGRAM]               needs scripts/setup-schema-peers and scripts/fetch-test-suite
    suite.py --bowtie ARGUMENT...    the command line of Bowtie, which also knows implementations
                                     of the form process:PROGRAM, run without a container
"""
import asyncio
import contextlib
import json
import os
import pathlib
import sys
import tempfile
import traceback

TREE = pathlib.Path(os.environ.get("top_srcdir") or pathlib.Path(__file__).resolve().parents[2])
VENV = TREE / ".deps-local/schema-peers"
DRAFTS = ["draft4", "draft6", "draft7", "draft2019-09", "draft2020-12"]

try:
    import bowtie._cli
    import bowtie._connectables
except ImportError:
    if (VENV / "bin/python").exists() and pathlib.Path(sys.prefix) != VENV.absolute():
        os.execv(VENV / "bin/python", [str(VENV / "bin/python"), *sys.argv])
    print("SKIP: Bowtie is not installed: scripts/setup-schema-peers")
    sys.exit(77)


class Process:
    """How Bowtie connects to a program on this machine."""

    kind = "process"

    def __init__(self, id):
        self.program = id

    @contextlib.asynccontextmanager
    async def connect(self):
        pipe = asyncio.subprocess.PIPE
        self.child = await asyncio.create_subprocess_exec(
            self.program, stdin=pipe, stdout=pipe, limit=64 * 1024 * 1024)
        try:
            yield self
        finally:
            self.child.stdin.close()
            code = await self.child.wait()
            if code != 0:
                raise RuntimeError(f"{self.program} ended with exit code {code}")

    async def request(self, message):
        self.child.stdin.write(json.dumps(message).encode() + b"\n")
        await self.child.stdin.drain()
        answer = await self.child.stdout.readline()
        return json.loads(answer) if answer else None


def be_bowtie(arguments):
    known = bowtie._connectables.CONNECTORS
    bowtie._connectables.CONNECTORS = known.insert(Process.kind, Process)
    bowtie._cli.main(arguments)


def bowtie_says(*arguments):
    """Exit code, output and complaints of Bowtie's command line, run in a copy of this process: it
    takes seconds to import."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
        child = os.fork()
        if child == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(complaints.fileno(), 2)
            try:
                be_bowtie(arguments)
            except SystemExit as end:
                sys.stdout.flush()
                os._exit(end.code or 0)
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        output.seek(0)
        complaints.seek(0)
        return code, output.read().decode(), complaints.read().decode()


def run_draft(program, path):
    """How many tests there were, and lines about those that went wrong."""
    code, report, complaints = bowtie_says("suite", "-V", "-i", f"process:{program}", str(path))
    count, wrong, cases = 0, [], {}
    for line in report.splitlines():
        record = json.loads(line)
        if "case" in record:
            cases[record["seq"]] = record["case"]
        if "expected" not in record:
            continue
        case, results = cases[record["seq"]], record.get("results", [])
        for i, (test, want) in enumerate(zip(case["tests"], record["expected"], strict=True)):
            got = results[i] if i < len(results) else record
            count += 1
            if got.get("valid") is not want:
                wrong.append(f"{case['description']}: {test['description']}: {got}")
    if code != 0:
        wrong.append(f"exit code {code}: {complaints}")
    return count, wrong


def main(program):
    suite = TREE / ".deps-local/json-schema-suite/tests"
    if not suite.is_dir():
        print("SKIP: the test suite is not there: scripts/fetch-test-suite")
        return 77
    failed = 0
    code, output, complaints = bowtie_says(
        "smoke", "--format", "json", "-i", f"process:{program}")
    if code != 0:
        print("FAIL smoke", output, complaints)
        failed += 1
    for draft in DRAFTS:
        count, wrong = run_draft(program, suite / draft)
        print(f"{draft}: {count - len(wrong)} of {count} passed")
        for line in wrong:
            print("FAIL", line)
        if wrong or count < 500:
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bowtie"]:
        be_bowtie(sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(
            os.environ.get("top_builddir", "."), "tests/bowtie/bowtie-fiat")))
