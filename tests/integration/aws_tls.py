#!/usr/bin/env python3
"""The HTTP client over TLS and through proxies: what it trusts, what it shows, what it says.

    aws_tls.py [PROGRAM]    PROGRAM: tests/support/aws_post

Makes a certificate authority with openssl(1); ends with 77, "skipped", where that is missing.
"""
import base64
import http.server
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "tests/support/aws_post"


def make_certificates(folder):
    """ca.pem, and server.pem for localhost and firehose.test alone, signed by it."""
    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True, timeout=60)

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=Test CA")
    openssl("req", *new_key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    (folder / "san").write_text("subjectAltName=DNS:localhost,DNS:firehose.test\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "san", "-out", "server.pem")


class Service(http.server.BaseHTTPRequestHandler):
    """Answers every POST with {} and keeps the paths."""
    protocol_version = "HTTP/1.1"
    seen = []

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Service.seen.append(self.headers["Authorization"])
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args):
        """Clients that refuse the certificate are expected."""


class Proxy(Service):
    """CONNECT alone; a plain tunnel to the port that is asked for, on this machine."""
    tunnels = []
    refusal = 0

    def do_CONNECT(self):
        Proxy.tunnels.append((self.path, dict(self.headers)))
        if Proxy.refusal:
            self.send_error(Proxy.refusal)
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


def serve(handler, context=None):
    server = Server(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def post(url, **env):
    clean = {k: v for k, v in os.environ.items()
             if not k.lower().endswith("_proxy") and not k.startswith("AWS_")}
    done = subprocess.run([PROGRAM, url], env={**clean, **env}, capture_output=True, text=True,
                          timeout=60)
    if done.returncode:
        sys.exit(f"{PROGRAM} {url}: {done.stderr}")
    if "s3cr" in done.stdout + done.stderr:
        sys.exit(f"a password is shown: {done.stdout}")
    return done.stdout


def expect(what, got, begin, part=""):
    if not got.startswith(begin) or part not in got:
        sys.exit(f"{what}: got {got!r}, want {begin!r}... with {part!r}")
    print(f"{what}: {got.strip()}")


def main():
    if not shutil.which("openssl"):
        print("SKIP: openssl(1) is not installed")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_certificates(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        port, proxy = serve(Service, context), serve(Proxy)
        ca = str(folder / "ca.pem")
        url, through = f"https://localhost:{port}", f"http://127.0.0.1:{proxy}"

        expect("unknown authority", post(url), "pause 0 0", "certificate")
        expect("name of another", post(f"https://127.0.0.1:{port}", AWS_CA_BUNDLE=ca), "pause 0 0",
               "127.0.0.1")
        if Service.seen:
            sys.exit("a request went to a server that is not trusted")
        expect("AWS_CA_BUNDLE", post(url, AWS_CA_BUNDLE=ca), "ok 200")
        # localhost is never reached through a proxy; this name, by way of it alone.
        far = f"https://firehose.test:{port}"
        with_password = through.replace("//", "//user:s3cr%40et@")
        expect("proxy", post(far, AWS_CA_BUNDLE=ca, https_proxy=with_password), "ok 200")
        path, headers = Proxy.tunnels[0]
        shown = {key.lower() for key in headers}
        if path != f"firehose.test:{port}" or shown - {"host", "user-agent", "proxy-authorization",
                                                       "proxy-connection"}:
            sys.exit(f"the proxy was shown {path} {headers}")
        if base64.b64decode(headers["Proxy-Authorization"].split()[1]) != b"user:s3cr@et":
            sys.exit(f"the proxy got {headers['Proxy-Authorization']}")
        expect("loopback", post(url, AWS_CA_BUNDLE=ca, https_proxy=through), "ok 200")
        expect("NO_PROXY", post(far, AWS_CA_BUNDLE=ca, https_proxy=through, NO_PROXY=".test"),
               "retry 0 0", "firehose.test")
        if len(Proxy.tunnels) != 1:
            sys.exit(f"tunnels: {Proxy.tunnels}")
        expect("proxy that is gone", post(far, AWS_CA_BUNDLE=ca, https_proxy="http://127.0.0.1:9"),
               "retry 0 0", "127.0.0.1:9")
        for refusal, begin in ((407, "pause"), (403, "pause"), (502, "retry"), (429, "retry")):
            Proxy.refusal = refusal
            expect("proxy refuses", post(far, AWS_CA_BUNDLE=ca, https_proxy=with_password),
                   f"{begin} 0 0", f"status {refusal}")
        Proxy.refusal = 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
