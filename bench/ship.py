"""Events shipped over TLS to a sink that counts them: fiat beside other libraries, in one run.
usage: ship.py BUILD_DIR DEPS_DIR [SENDER...]     JSON on stdout, a table on stderr

BUILD_DIR has bench_ship and bench_sink; DEPS_DIR is .deps-local. Peers that scripts/fetch-bench and
scripts/setup-clients have not installed are named as absent. Senders: primitives, ship, whole,
boto3, js, go, and `down` and `stalled`, which measure memory while nothing can be delivered."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 5))
FIAT_MEGABYTES = int(os.environ.get("BENCH_MEGABYTES", 600))
PEER_MEGABYTES = FIAT_MEGABYTES // 3
QUEUE_MAX_BYTES = 64 << 20  # the default


def record():
    """500 events of 300 bytes, as fiat joins them."""
    stamps = ('{"id":"019aa5e5-0000-7000-8000-%012u","time":"2026-11-21T12:00:00.%03uZ","audit_id":'
              '"019aa5e5-0000-7000-8000-%012u","host":"bench.example","app":"bench","task":')
    lines = []
    for i in range(500):
        line = stamps % (i, i, i) + '"'
        lines.append(line + "x" * (297 - len(line)) + '"}\n')
    return "".join(lines).encode()


class Sink:
    def __init__(self, program, ca_file):
        self.process = subprocess.Popen([program, ca_file], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def counts(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def senders(build, deps):
    """name: (argv, megabytes), or the reason why it is absent."""
    ship = build / "bench_ship"
    found = {mode: ([ship, mode], FIAT_MEGABYTES) for mode in ("primitives", "ship", "whole")}
    python = deps / "clients/venv/bin/python"
    modules = deps / "clients/js"
    go = deps / "bench/ship_go"
    found["boto3"] = (([python, "-B", HERE / "peers/ship_boto3.py"], PEER_MEGABYTES)
                      if python.exists() else "scripts/setup-clients python")
    found["js"] = ((["node", HERE / "peers/ship_js.mjs", modules], PEER_MEGABYTES)
                   if (modules / "node_modules").exists() else "scripts/setup-clients js")
    found["go"] = (([go], PEER_MEGABYTES) if go.exists() else "scripts/fetch-bench, with Go")
    return found


def environment(port, ca_file):
    return {**os.environ, "AWS_ENDPOINT_URL": f"https://127.0.0.1:{port}",
            "AWS_CA_BUNDLE": ca_file, "NODE_EXTRA_CA_CERTS": ca_file, "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_EC2_METADATA_DISABLED": "true", "NODE_NO_WARNINGS": "1",
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def run(argv, env):
    """What a sender prints, and the most memory it had, in KiB."""
    with tempfile.TemporaryFile() as stdin:
        stdin.write(record())
        stdin.seek(0)
        sender = subprocess.Popen(argv, env=env, stdin=stdin, stdout=subprocess.PIPE)
        out = sender.stdout.read()
        _, status, usage = os.wait4(sender.pid, 0)
    sender.stdout.close()
    sender.returncode = os.waitstatus_to_exitcode(status)
    if sender.returncode:
        sys.exit(f"ship.py: {argv[0]} ended with {sender.returncode}")
    return json.loads(out), usage.ru_maxrss


def turn(name, argv, megabytes, env, sink):
    """One run of one sender; its figures, checked against what the sink has seen."""
    sink.counts()
    result, peak_kib = run([*map(str, argv), str(megabytes)], env)
    if name == "primitives":
        return result
    seen = sink.counts()
    sent = result["events"] + result["warm_up_events"]
    if seen["events"] != sent or seen["bad_requests"]:
        sys.exit(f"ship.py: {name} sent {sent} events, the sink has seen {seen}")
    gigabytes = result["events"] * seen["bytes"] / sent / 1e9
    return {"event_bytes": round(seen["bytes"] / sent, 1),
            "cpu_s_per_gb": result["cpu_s"] / gigabytes,
            "events_per_s": result["events"] / result["wall_s"],
            "sink_cpu_s_per_gb": seen["cpu_s"] * 1e9 / seen["bytes"],
            "billed_to_sent": seen["billed_bytes"] / seen["bytes"],
            "peak_mib": peak_kib / 1024}


def stuck(build, env, sink, megabytes):
    """Memory at full rate while the destination is down, or takes connections and is silent."""
    sender = subprocess.Popen([str(build / "bench_ship"), "stuck", str(megabytes)], env=env,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    sender.stdout.readline()
    if sink:
        sink.process.send_signal(signal.SIGSTOP)
    out = sender.communicate("\n")[0]
    if sink:
        sink.process.send_signal(signal.SIGCONT)
        sink.counts()
    result = json.loads(out)
    over = (result["peak_kib"] - result["before_kib"]) * 1024 - QUEUE_MAX_BYTES
    return {"refused": result["refused"], "peak_mib": result["peak_kib"] / 1024,
            "grown_beyond_cap_mib": over / (1 << 20)}


def best(rounds):
    """Of each figure the best round's: what else runs on the machine only takes away."""
    return {key: (max if key == "events_per_s" else min)(each[key] for each in rounds)
            for key in rounds[0]}


def primitive_sum(result, base64="base64_openssl"):
    return result[base64] + result["sha256"] + result["aes_128_gcm"]


# The primitives: base64 (OpenSSL's), SHA-256 and AES-GCM over the same bytes. The floor: the same
# with our base64, and the writes to a socket.
def measure(found, names, env, sink):
    """Everybody takes turns."""
    rounds = {name: [] for name in names}
    for number in range(ROUNDS):
        for name in names:
            argv, megabytes = found[name]
            rounds[name].append(turn(name, argv, megabytes, env, sink))
            print(f"round {number + 1}: {name}", file=sys.stderr)
    results = {name: best(all_rounds) for name, all_rounds in rounds.items()}
    base = results.get("primitives")
    for result in results.values():
        if base and "cpu_s_per_gb" in result:
            result["ratio_to_primitives"] = result["cpu_s_per_gb"] / primitive_sum(base)
            result["ratio_to_floor"] = result["cpu_s_per_gb"] / (primitive_sum(base, "base64") +
                                                                 base["loopback"])
    return results


def print_table(results):
    print(f"{'':12}{'CPU s/GB':>10}{'ratio':>8}{'floor':>8}{'events/s':>12}{'sink s/GB':>11}"
          f"{'billed':>8}{'MiB':>6}", file=sys.stderr)
    for name, r in results.items():
        if name == "primitives":
            print(f"{name:12}{primitive_sum(r):10.2f}   {r}", file=sys.stderr)
        elif "cpu_s_per_gb" in r:
            print(f"{name:12}{r['cpu_s_per_gb']:10.2f}{r.get('ratio_to_primitives', 0):8.2f}"
                  f"{r.get('ratio_to_floor', 0):8.2f}"
                  f"{r['events_per_s']:12.0f}{r['sink_cpu_s_per_gb']:11.2f}"
                  f"{r['billed_to_sent']:8.3f}{r['peak_mib']:6.0f}", file=sys.stderr)
        else:
            print(f"{name:12}{r}", file=sys.stderr)


def main():
    build, deps, *wanted = sys.argv[1:]
    build, deps = pathlib.Path(build), pathlib.Path(deps)
    found = senders(build, deps)
    names = [name for name in found if name in (wanted or found)]
    for name in [name for name in names if isinstance(found[name], str)]:
        print(f"absent: {name} ({found[name]})", file=sys.stderr)
        names.remove(name)
    with tempfile.TemporaryDirectory() as work:
        ca_file = work + "/ca.pem"
        sink = Sink(build / "bench_sink", ca_file)
        env = environment(sink.port, ca_file)
        results = measure(found, names, env, sink)
        if not wanted or "stalled" in wanted:
            results["stalled"] = stuck(build, env, sink, 100)
        sink.stop()
        if not wanted or "down" in wanted:
            results["down"] = stuck(build, env, None, 0)
    print_table(results)
    json.dump({"bench": "ship", "rounds": ROUNDS, "results": results}, sys.stdout, indent=1)
    print()


main()
