"""Blaze by its command line: the protocol of bench/schema_child.h.

usage: blaze.py SCHEMA LINES assert|annotate PASSES COMMAND

Its own timing (--benchmark) covers validation alone. What parsing and validating takes together is
the processor time of a run over all documents less that of a run over as many lines that hold
nothing but a 0, which takes out the start, the compiling of the schema and the printing of results.
Where compiling the schema takes long, one measurement has to serve for all turns.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

RESULT = re.compile(r"\[(\d+)\]: (PASS|FAIL) ([0-9.]+) \+-")


def run(command, *options):
    """Processor time in ns, exit status and output of one run."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command + list(options), stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    return (usage.ru_utime + usage.ru_stime) * 1e9, process.returncode, text


def own_timing(command, schema, lines, loop):
    """Validation of all documents in ns; the verdict of each; what was printed."""
    _, _, text = run(command, "--loop", str(loop), schema, lines)
    results = {int(at): (verdict, float(mean)) for at, verdict, mean in RESULT.findall(text)}
    verdicts = "".join("1" if results[at][0] == "PASS" else "0" for at in sorted(results))
    return sum(mean for _, mean in results.values()) * 1000, verdicts, text


def main():
    schema, lines, formats, passes, program = sys.argv[1:6]
    passes = int(passes)
    command = [program, "validate", "--fast", "--continue", "--benchmark"]
    if formats == "assert":
        command.append("--format-assertion")
    with open(lines, "rb") as file:
        text = file.read()
    count = text.count(b"\n")
    begun = time.monotonic()
    _, verdicts, output = own_timing(command, schema, lines, 1)
    compile_seconds = time.monotonic() - begun
    if len(verdicts) != count:
        print("cannot", " ".join(output.split())[:200], flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        many, nothing = os.path.join(folder, "many.jsonl"), os.path.join(folder, "nothing.jsonl")
        with open(many, "wb") as file:
            file.write(text * passes)
        with open(nothing, "wb") as file:
            file.write(b"0\n" * (count * passes))
        print("ready 0", verdicts, flush=True)
        figures = None
        for _ in sys.stdin:
            if figures and compile_seconds > 0.5:
                print(*figures, flush=True)
                continue
            total = run(command, schema, many)[0] - run(command, schema, nothing)[0]
            own = own_timing(command, schema, lines, 5)[0] * passes
            figures = (max(0, round(total)), round(own))
            print(*figures, flush=True)


main()
