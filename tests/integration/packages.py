"""Packages that a test in Python needs: those of this Python, or of scripts/setup-clients."""
import importlib.util
import os
import pathlib
import sys


def prefer_pinned():
    """Start the program anew with the Python of scripts/setup-clients, if there is one."""
    prefix = pathlib.Path(__file__).resolve().parents[2] / ".deps-local/clients/venv"
    python = prefix / "bin/python"
    if python.exists() and pathlib.Path(sys.prefix) != prefix:
        os.execv(python, [str(python), "-B", *sys.argv])


def need(name):
    """Start the test anew with the Python that has the package; end with 77, "skipped", if none
    has."""
    if importlib.util.find_spec(name):
        return
    prefer_pinned()
    print(f"SKIP: {name} is not installed: scripts/setup-clients python")
    sys.exit(77)
