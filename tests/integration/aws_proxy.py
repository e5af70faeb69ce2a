#!/usr/bin/env python3
"""The HTTP client through proxies: a scripted one, which shows what it got, and tinyproxy(8).

    aws_proxy.py [PROGRAM]    PROGRAM: tests/support/aws_post

Ends with 77, "skipped", when only the part with tinyproxy could not run.
"""
import base64
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time

from aws_peers import FIAT, SECRET, Authority, Service, context, environment, expect, post, run, \
    serve

USER = f"user:{SECRET}@"


class Proxy(Service):
    """CONNECT alone; a plain tunnel to the port that is asked for, on this machine."""
    asked = []
    refusal = 0  # HTTP status; -1: a reset; -2: silence

    def do_CONNECT(self):
        Proxy.asked.append((self.path, dict(self.headers)))
        if Proxy.refusal > 0:
            self.send_error(Proxy.refusal)
            return
        if Proxy.refusal < 0:
            if Proxy.refusal == -2:
                time.sleep(5)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.close_connection = True
            return
        port = self.path.rsplit(":", 1)[1]
        with socket.create_connection(("127.0.0.1", int(port)), timeout=10) as far:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=self.copy, args=(far, self.connection), daemon=True)
            back.start()
            self.copy(self.connection, far)
            back.join(10)
        self.close_connection = True

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def check_shown(port):
    """To the proxy go the name, the port and its own password; nothing of the request."""
    path, headers = Proxy.asked[0]
    shown = {name.lower() for name in headers}
    if path != f"firehose.test:{port}" or \
            shown - {"host", "user-agent", "proxy-authorization", "proxy-connection"}:
        sys.exit(f"the proxy was shown {path} {headers}")
    want = USER[:-1].replace("%40", "@").encode()
    if base64.b64decode(headers["Proxy-Authorization"].split()[1]) != want:
        sys.exit(f"the proxy got {headers['Proxy-Authorization']}")


def scripted(authority, port):
    # localhost is never reached through a proxy; this name, by way of it alone.
    near, far = f"https://localhost:{port}", f"https://firehose.test:{port}"
    ca = "ca_file=" + authority.ca
    at = f"127.0.0.1:{serve(Proxy)}"
    through = f"http://{USER}{at}"
    expect("HTTPS_PROXY", post(far, ca, HTTPS_PROXY=through), "ok 200")
    check_shown(port)
    expect("setting", post(far, ca, f"proxy_url={at}", HTTPS_PROXY="http://127.0.0.1:9"), "ok 200")
    expect("loopback", post(near, ca, HTTPS_PROXY="http://127.0.0.1:9"), "ok 200")
    asked = len(Proxy.asked)
    expect("NO_PROXY", post(far, ca, HTTPS_PROXY=through, NO_PROXY=f".test:{port}"), "retry 0 0",
           "firehose.test: check the region")
    if len(Proxy.asked) != asked:
        sys.exit(f"asked all the same: {Proxy.asked}")
    expect("gone", post(far, ca, HTTPS_PROXY=f"http://{USER}127.0.0.1:9"), "retry 0 0",
           "127.0.0.1:9")
    seen = len(Service.seen)
    for refusal, begin, part in ((407, "pause 0 0", "status 407: check the user"),
                                 (403, "pause 0 0", "status 403"), (502, "retry 0 0", "status 502"),
                                 (429, "retry 0 0", "status 429"), (-1, "retry 0 0", at),
                                 (-2, "retry 0 0", "timed out")):
        Proxy.refusal = refusal
        expect(f"refusal {refusal}", post(far, ca, "timeout_ms=1500", HTTPS_PROXY=through), begin,
               part)
    Proxy.refusal = 0
    if len(Service.seen) != seen:
        sys.exit("a request went out all the same")


def large_bodies(url, *settings):
    """Nothing of a large body, whose TLS records are gathered, is held back within the tunnel."""
    for size in (65535, 65536, 131072, 131073, 1_000_000, 6_000_000):
        expect(f"{size} bytes through it", post(url, *settings, f"body={size}"), "ok 200")


def over_tls(authority, stranger, port):
    """https:// proxies, with an authority of their own."""
    far, ca = f"https://firehose.test:{port}", "ca_file=" + authority.ca
    at = serve(Proxy, context(*stranger.issue("proxy", ["localhost"])))
    url = f"proxy_url=https://{USER}localhost:{at}"
    expect("https:// proxy", post(far, ca, url, "proxy_ca_file=" + stranger.ca), "ok 200")
    large_bodies(far, ca, url, "proxy_ca_file=" + stranger.ca)
    large_bodies("http://firehose.test", url, "proxy_ca_file=" + stranger.ca)
    expect("not trusted", post(far, ca, url), "pause 0 0", f"TLS with localhost:{at}", "/CN=proxy",
           "proxy.ca.file")


class Refusal(Service):
    """Says that a request is too large, and breaks the connection before the end of its answer."""

    def do_POST(self):
        self.send_response(413)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.flush()
        time.sleep(0.2)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close_connection = True


def whole_way(folder):
    """From the settings to the wire, by the command: the endpoint, the proxy, the authorities."""
    schema = pathlib.Path(folder) / "schemas/Example"
    schema.mkdir(parents=True)
    (schema / "json_schema.json").write_text("{}")
    asked = len(Proxy.asked)
    Proxy.refusal = 403
    settings = {"FIAT_PROXY_URL": f"http://{USER}127.0.0.1:{serve(Proxy)}", "FIAT_AWS_FIPS": "true",
                "FIAT_AWS_DUALSTACK": "true", "FIAT_AWS_REGION": "us-west-2",
                "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"}
    done = subprocess.run([str(pathlib.Path(FIAT).resolve()), "log", "--timeout", "1", "Example"],
                          input="{}\n", cwd=folder, env={**environment(), **settings},
                          capture_output=True, text=True, timeout=60)
    Proxy.refusal = 0
    expect("fiat log", f"{done.returncode} {done.stderr}", "1 ", "status 403")
    path, headers = Proxy.asked[asked]
    if path != "firehose-fips.us-west-2.api.aws:443" or "Proxy-Authorization" not in headers:
        sys.exit(f"the proxy was asked for {path}")
    left = (pathlib.Path(folder) / "Example.rejected.jsonl").read_text()
    if "s3cr" in done.stdout + done.stderr + left:
        sys.exit(f"a password is shown: {done.stderr} {left}")


def tinyproxy(folder, authority, port):
    """It refuses CONNECT to ports and for users that are not named. 0.0.0.0 leads to this machine, but
    is none of the addresses that no proxy is asked for."""
    program = shutil.which("tinyproxy") or shutil.which("tinyproxy", path="/usr/sbin:/usr/bin")
    if not program:
        print("SKIP: the part with tinyproxy, which is not installed: scripts/deps test")
        return 77
    password = SECRET.replace("%40", "")  # it takes letters and digits alone
    with socket.create_server(("127.0.0.1", 0)) as free:
        at = free.getsockname()[1]
    config = pathlib.Path(folder) / "tinyproxy.conf"
    config.write_text(f"Port {at}\nListen 127.0.0.1\nAllow 127.0.0.1\nConnectPort {port}\n"
                      f"BasicAuth user {password}\nTimeout 20\n"
                      f"MaxClients 10\nLogLevel Critical\n")
    running = subprocess.Popen([program, "-d", "-c", str(config)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", at), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        far, ca = f"https://0.0.0.0:{port}", "ca_file=" + authority.ca
        through = f"proxy_url=http://user:{password}@127.0.0.1:{at}"
        expect("tinyproxy", post(far, ca, through), "ok 200")
        expect("wrong password", post(far, ca, f"proxy_url=http://user:x@127.0.0.1:{at}"),
               "pause 0 0", "check the user")
        expect("no password", post(far, ca, f"proxy_url=http://127.0.0.1:{at}"), "pause 0 0",
               "status 407")
        expect("from the environment", post(far, ca, HTTPS_PROXY=f"http://127.0.0.1:{at}"),
               "pause 0 0", "status 407")
        for none in ("0.0.0.0", f"0.0.0.0:{port}", "10.0.0.0/8,0.0.0.0/32", "*"):
            expect(f"none for {none}", post(far, ca, HTTPS_PROXY=f"http://127.0.0.1:{at}",
                                            NO_PROXY=none), "ok 200")
        expect("none for others", post(far, ca, HTTPS_PROXY=f"http://127.0.0.1:{at}",
                                       NO_PROXY="0.0.0.0:1,example.com"), "pause 0 0", "status 407")
        plain = f"http://0.0.0.0:{serve(Service)}"
        expect("without TLS", post(plain, through), "ok 200")
        expect("without TLS, no password", post(plain, http_proxy=f"http://127.0.0.1:{at}"),
               "pause 407 0")
        expect("port not allowed", post("https://0.0.0.0:1", ca, through),
               "pause 0 0", "status 403")
    finally:
        running.terminate()
        running.wait(10)
    return 0


def main(folder):
    authority, stranger = Authority(folder, "ca"), Authority(folder, "other")
    names = ["localhost", "firehose.test", "0.0.0.0"]
    port = serve(Service, context(*authority.issue("server", names)))
    scripted(authority, port)
    over_tls(authority, stranger, port)
    expect("broken refusal", post(f"http://localhost:{serve(Refusal)}"), "terminal 413 0")
    whole_way(folder)
    return tinyproxy(folder, authority, port)


if __name__ == "__main__":
    run(main)
