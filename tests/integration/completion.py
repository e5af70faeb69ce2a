#!/usr/bin/env python3
"""Completion in real shells: bash and zsh, on a terminal of their own, get a line typed with TABs in
it and say what the line has become.

usage: completion.py      with fiat and its scripts in $top_builddir
"""

import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time

# What is typed (TAB is a key), and what the line is then. A word that is complete has a blank
# behind it, one that goes on has none.
LINES = [
    ("fiat conf\t", "fiat config "),
    ("fiat config s\t", "fiat config set "),
    ("fiat config get stats.\t", "fiat config get stats.interval.ms "),
    ("fiat config set log.lev\tdeb\t", "fiat config set log.level debug "),
    ("fiat config set local.gzip f\t", "fiat config set local.gzip false "),
    ("fiat spool rep\t", "fiat spool replay "),
    ("fiat spool replay --ti\t", "fiat spool replay --timeout="),
    ("fiat query --for\tjsonl\t", "fiat query --format=jsonl "),
    ("fiat query --format=c\t", "fiat query --format=csv "),
    ("fiat query --format c\t", "fiat query --format csv "),
    ("fiat query -f c\t", "fiat query -f csv "),
    ("fiat stream create --compression=Sn\t", "fiat stream create --compression=Snappy "),
    ("fiat log Orde\t", "fiat log Order_Placed "),
    ("fiat log --schemas elsewhere Oth\t", "fiat log --schemas elsewhere Other "),
    ("fiat log --to=fire\t", "fiat log --to=firehose "),
    ("fiat log --to=loc\t", "fiat log --to=local:"),
    ("fiat log --to=local:some-f\t", "fiat log --to=local:some-folder/"),
    ("fiat log --to local:some-f\t", "fiat log --to local:some-folder/"),
    ("fiat log Order_Placed some-ev\t", "fiat log Order_Placed some-events.jsonl "),
    ("fiat log Order_Placed --reject=some-ev\t", "fiat log Order_Placed --reject=some-events.jsonl "),
    ("fiat schema infer 'a f\t", "fiat schema infer 'a file' "),
    ("fiat schema infer a\\ f\t", "fiat schema infer a\\ file "),
    ("fiat spool list some\t", "fiat spool list some-folder/"),
    ("fiat help schema val\t", "fiat help schema validate "),
    ("fiat completion z\t", "fiat completion zsh "),
    ("fiat config get app some\t", "fiat config get app some"),
    ("fiat nothing some\t", "fiat nothing some"),
]

START = {
    "bash": (
        ["bash", "--norc", "--noprofile", "-i"],
        "bind 'set enable-bracketed-paste off'; . {scripts}/fiat; "
        'bind -x \'"\\C-g": printf "%s\\n" "$READLINE_LINE" >>typed\'; ',
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        "fpath=({scripts} $fpath); autoload -U compinit; compinit -u -D; unset zle_bracketed_paste; "
        "show() {{ print -r -- \"$BUFFER\" >>typed }}; zle -N show; bindkey -e; bindkey '^G' show; ",
    ),
}


class Shell:
    """A shell on a terminal."""

    def __init__(self, name, scripts, folder):
        command, setup = START[name]
        self.typed = os.path.join(folder, "typed")
        open(self.typed, "w", encoding="utf-8").close()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(TERM="xterm", HOME=folder, INPUTRC="/dev/null")
            os.execvp(command[0], command)
        self.screen = ""
        # The echo of this does not look like the prompt that comes when it is done.
        self.send(setup.format(scripts=scripts) + "PS1='REA''DY> '\n")
        self.wait_for(lambda: "READY> " in self.screen)

    def send(self, text):
        os.write(self.fd, text.encode())

    def wait_for(self, condition):
        end = time.monotonic() + 30
        while not condition():
            if time.monotonic() > end:
                sys.exit(f"the shell does not answer; its terminal shows:\n{self.screen}")
            if select.select([self.fd], [], [], 0.02)[0]:
                self.screen += os.read(self.fd, 65536).decode(errors="replace")

    def answers(self):
        with open(self.typed, encoding="utf-8") as file:
            return file.read().splitlines()

    def become(self, text):
        """What the line becomes when `text` is typed."""
        count = len(self.answers())
        self.send(text + "\x07")
        self.wait_for(lambda: len(self.answers()) > count)
        self.send("\x15")
        return self.answers()[-1]

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def make_project(folder):
    for stream in ("schemas/Order_Placed", "elsewhere/Other"):
        os.makedirs(os.path.join(folder, stream))
    os.mkdir(os.path.join(folder, "some-folder"))
    for name in ("some-events.jsonl", "a file"):
        open(os.path.join(folder, name), "w", encoding="utf-8").close()


def check(name, build):
    """Type all lines into that shell. Returns how many became something else."""
    scripts = os.path.join(build, "tools", "completion")
    script = "_fiat" if name == "zsh" else "fiat"
    subprocess.run([name, "-n", os.path.join(scripts, script)], check=True)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        make_project(folder)
        shell = Shell(name, scripts, folder)
        for text, wanted in LINES:
            line = shell.become(text)
            if line != wanted:
                failed += 1
                print(f"{name}: {text!r} became {line!r} instead of {wanted!r}")
        shell.close()
    print(f"{name}: {len(LINES) - failed} of {len(LINES)} passed")
    return failed


def main():
    build = os.path.abspath(os.environ.get("top_builddir", "."))
    for variable in [v for v in os.environ if v.startswith(("FIAT_", "AWS_"))]:
        del os.environ[variable]
    os.environ["PATH"] = build + os.pathsep + os.environ["PATH"]
    there = [name for name in START if shutil.which(name)]
    failed = sum([check(name, build) for name in there])
    if failed:
        return 1
    missing = [name for name in START if name not in there]
    if missing:
        print(f"SKIP: not installed: {' '.join(missing)}")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
