"""What aws_tls.py and aws_proxy.py share: certificates, a server, and tests/support/aws_post."""
import http.server
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "tests/support/aws_post"
FIAT = os.environ.get("FIAT") or os.path.join(os.environ.get("top_builddir", "."), "fiat")
# Never to be seen in anything that the program says.
SECRET = "s3cr%40et"


class Authority:
    """A certificate authority in a folder of its own, made with openssl(1)."""
    KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    def __init__(self, folder, name):
        self.folder, self.name = pathlib.Path(folder), name
        self.ca = str(self.folder / f"{name}.pem")
        self.openssl("req", "-x509", *self.KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem",
                     "-days", "2", "-subj", f"/CN=Authority {name}")

    def openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.folder, check=True, capture_output=True,
                       timeout=60)

    def issue(self, name, hosts, days=2):
        """NAME.pem and NAME.key, signed by this authority."""
        self.openssl("req", *self.KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr",
                     "-subj", f"/CN={name}")
        (self.folder / f"{name}.san").write_text(
            "subjectAltName=" + ",".join(
                ("IP:" if host[0].isdigit() else "DNS:") + host for host in hosts) + "\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.pem",
                     "-CAkey", f"{self.name}.key", "-CAcreateserial", "-days", str(days),
                     "-extfile", f"{name}.san", "-out", f"{name}.pem")
        return str(self.folder / f"{name}.pem"), str(self.folder / f"{name}.key")


def context(certificate, key):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate, key)
    return made


class Service(http.server.BaseHTTPRequestHandler):
    """Answers every POST with {}, and keeps what it was signed with."""
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


def serve(handler, tls=None):
    """The port, on 127.0.0.1."""
    server = Server(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def environment():
    """This one, without what leads elsewhere."""
    clean = {k: v for k, v in os.environ.items()
             if not k.lower().endswith("_proxy") and not k.startswith(("AWS_", "FIAT_"))}
    return {**clean, "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}


def post(url, *settings, **env):
    done = subprocess.run([PROGRAM, url, *settings], env={**environment(), **env},
                          capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    if done.returncode:
        sys.exit(f"{PROGRAM} {url}: {said}")
    if SECRET.split("%", maxsplit=1)[0] in said:
        sys.exit(f"a password is shown: {said}")
    return done.stdout


def expect(what, got, begin, *parts):
    if not got.startswith(begin) or any(part not in got for part in parts):
        sys.exit(f"{what}: got {got!r}, want {begin!r}... with {parts!r}")
    print(f"{what}: {got.strip()}")


def run(main):
    """main(folder) in an empty folder; 77, "skipped", without openssl(1)."""
    if not shutil.which("openssl"):
        print("SKIP: openssl(1) is not installed: scripts/deps test")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(main(folder))
