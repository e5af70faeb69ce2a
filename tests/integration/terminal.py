#!/usr/bin/env python3
"""Colours and progress are for terminals: the command runs with stdout and stderr on a terminal or
not, and with what NO_COLOR and TERM say, and what it prints is looked at.

usage: terminal.py      with fiat in $top_builddir
"""

import fcntl
import os
import re
import struct
import subprocess
import sys
import tempfile
import termios
import threading

COLOUR = re.compile(rb"\x1b\[[0-9;]*m")
CLEAR = b"\r\x1b[K"  # what a line of progress begins with
ESCAPE = b"\x1b"
failures = []
checks = 0


def check(what, good, output=b""):
    global checks
    checks += 1
    if not good:
        failures.append(what)
        print(f"FAILED: {what}\n    {output!r}")


class Output:
    """Where one stream of a command goes: a terminal of `columns`, or a pipe."""

    def __init__(self, columns):
        self.got = b""
        self.reader, self.writer = os.openpty() if columns else os.pipe()
        if columns:
            fcntl.ioctl(self.writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.thread = threading.Thread(target=self.read_all)
        self.thread.start()

    def read_all(self):
        while True:
            try:
                data = os.read(self.reader, 65536)
            except OSError:  # a terminal that nobody has open any more
                data = b""
            if not data:
                return
            self.got += data

    def end(self):
        os.close(self.writer)
        self.thread.join()
        os.close(self.reader)
        return self.got


def run(folder, arguments, stdout=0, stderr=0, stdin=b"", **environment):
    """Run fiat. stdout, stderr: columns of a terminal, 0: a pipe. Returns what both got."""
    out, err = Output(stdout), Output(stderr)
    variables = {k: v for k, v in os.environ.items() if k not in ("TERM", "NO_COLOR")}
    variables.update({"TERM": "xterm", "LC_ALL": "C.UTF-8"})
    variables.update(environment)
    variables = {k: v for k, v in variables.items() if v is not None}
    subprocess.run(["fiat", *arguments], cwd=folder, input=stdin, stdout=out.writer,
                   stderr=err.writer, env=variables, timeout=60)
    return out.end(), err.end()


def has_colour(text):
    return COLOUR.search(text) is not None


# Commands that print in colours, and on which stream.
COLOURED = [
    (["schema", "check"], "stdout"),
    (["config", "list", "--all"], "stdout"),
    (["config", "get", "nothing"], "stderr"),
    (["frobnicate"], "stderr"),
]


def check_colours(folder):
    for arguments, stream in COLOURED:
        name = " ".join(arguments)

        def seen(**environment):
            out, err = run(folder, arguments, stdout=80, stderr=80, **environment)
            return out if stream == "stdout" else err

        text = seen()
        check(f"{name}: colours on a terminal", has_colour(text), text)
        check(f"{name}: they end", text.count(b"\x1b[0m") * 2 == len(COLOUR.findall(text)), text)
        for what, environment in {
            "NO_COLOR": {"NO_COLOR": "1"},
            "TERM=dumb": {"TERM": "dumb"},
            "an empty TERM": {"TERM": ""},
            "no TERM": {"TERM": None},
        }.items():
            text = seen(**environment)
            check(f"{name}: none with {what}", text and ESCAPE not in text, text)
        check(f"{name}: an empty NO_COLOR means nothing", has_colour(seen(NO_COLOR="")))
        out, err = run(folder, arguments)
        check(f"{name}: none in pipes", (out or err) and ESCAPE not in out + err, out + err)
        # Each stream is looked at by itself.
        out, err = run(folder, arguments, stderr=80)
        check(f"{name}: stdout is a pipe", ESCAPE not in out and
              has_colour(err) == (stream == "stderr"), out + err)
        out, err = run(folder, arguments, stdout=80)
        check(f"{name}: stderr is a pipe", ESCAPE not in err and
              has_colour(out) == (stream == "stdout"), out + err)


EVENTS = b'{"customer": "c-1", "action": "order"}\n' * 200
LOG = ["log", "Example", "--to", "local:data"]


def check_progress(folder):
    _, err = run(folder, LOG, stderr=80, stdin=EVENTS)
    check("log: progress on a terminal", CLEAR in err and b" read, " in err, err)
    check("log: its line is taken away before the summary",
          CLEAR in err and b" read, " not in err.rsplit(CLEAR, 1)[1].split(b"\n")[0], err)
    _, err = run(folder, LOG, stderr=10, stdin=EVENTS)
    shown = [len(line) for line in err.split(CLEAR)[1:-1]]
    check("log: progress fits into a narrow terminal", shown and max(shown) < 10, err)
    _, err = run(folder, LOG, stderr=80, stdin=EVENTS, NO_COLOR="1")
    check("log: progress has no colours", CLEAR in err and not has_colour(err), err)
    for what, arguments, options in (
        ("TERM=dumb", LOG, {"stderr": 80, "TERM": "dumb"}),
        ("no TERM", LOG, {"stderr": 80, "TERM": None}),
        ("a pipe", LOG, {"stdout": 80}),
        ("--quiet", LOG + ["--quiet"], {"stdout": 80, "stderr": 80}),
    ):
        out, err = run(folder, arguments, stdin=EVENTS, **options)
        check(f"log: no progress with {what}", b"\r\x1b" not in out + err and ESCAPE not in out + err,
              out + err)


def check_commands(folder):
    """--help and wrong use of every command: nothing but text without colours."""
    overview, _ = run(folder, ["--help"])
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?) +[A-Z]", overview.decode(), re.M)
    check("the overview lists the commands", len(commands) > 15, overview)
    for command in commands:
        out, err = run(folder, [*command.split(), "--help"], stdout=80, stderr=80)
        check(f"{command} --help is plain", out and ESCAPE not in out + err, out + err)
        out, err = run(folder, [*command.split(), "--nothing"], stdout=80, stderr=80, NO_COLOR="1")
        check(f"{command} --nothing is plain", err and ESCAPE not in out + err, out + err)


def main():
    build = os.path.abspath(os.environ.get("top_builddir", "."))
    for variable in [v for v in os.environ if v.startswith(("FIAT_", "AWS_"))]:
        del os.environ[variable]
    os.environ["PATH"] = build + os.pathsep + os.environ["PATH"]
    with tempfile.TemporaryDirectory() as folder:
        run(folder, ["init"])
        with open(os.path.join(folder, "fiat.conf"), "a", encoding="utf-8") as file:
            file.write("linger.ms = 50\n")
        os.mkdir(os.path.join(folder, "schemas", "Broken"))
        check_colours(folder)
        check_progress(folder)
        check_commands(folder)
    print(f"{checks - len(failures)} of {checks} passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
