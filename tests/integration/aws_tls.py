#!/usr/bin/env python3
"""The HTTP client over TLS: whom it trusts, what it shows of itself, and what it says of failures.

    aws_tls.py [PROGRAM]    PROGRAM: tests/support/aws_post
"""
import datetime
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
import warnings

from aws_peers import (PROGRAM, SECRET, Authority, Service, context, environment, expect, post, run,
                       serve)


def failures(authority, stranger):
    """Each names the certificate, the reason and the remedy; nothing of the request goes out."""
    ca = "ca_file=" + authority.ca
    good = serve(Service, context(*authority.issue("good", ["localhost", "*.test"])))
    old = serve(Service, context(*authority.issue("old", ["localhost"], days=-1)))
    strange = serve(Service, context(*stranger.issue("strange", ["localhost"])))
    itself = serve(Service, context(stranger.ca, str(stranger.folder / "other.key")))

    expect("unknown authority", post(f"https://localhost:{strange}", ca), "pause 0 0",
           "/CN=strange", "issued by /CN=Authority other", "tls.ca.file or AWS_CA_BUNDLE")
    expect("system's authorities", post(f"https://localhost:{good}"), "pause 0 0", "/CN=good",
           "tls.ca.file")
    expect("signed by itself", post(f"https://localhost:{itself}", ca), "pause 0 0",
           "/CN=Authority other")
    expect("name of another", post(f"https://127.0.0.1:{good}", ca), "pause 0 0", "/CN=good",
           "is for localhost, *.test, not for 127.0.0.1", "endpoint_url")
    yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    expect("expired", post(f"https://localhost:{old}", ca), "pause 0 0", "/CN=old",
           f"expired on {yesterday:%Y-%m-%d}", "renewed")
    expect("no such file", post(f"https://localhost:{good}", "ca_file=/nonexistent/ca.pem"),
           "pause 0 0", "/nonexistent/ca.pem")
    if Service.seen:
        sys.exit("a request went to a server that is not trusted")
    return good


def trust(authority, port):
    url = f"https://localhost:{port}"
    expect("AWS_CA_BUNDLE", post(url, AWS_CA_BUNDLE=authority.ca), "ok 200")
    expect("setting", post(url, "ca_file=" + authority.ca, AWS_CA_BUNDLE="/nonexistent"), "ok 200")
    config = authority.folder / "config"
    config.write_text(f"[default]\nca_bundle = {authority.ca}\n")
    expect("profile", post(url, AWS_CONFIG_FILE=str(config)), "ok 200")


def old_tls(authority, certificate):
    server = context(*certificate)
    server.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated, indeed
        server.minimum_version = ssl.TLSVersion.TLSv1
        server.maximum_version = ssl.TLSVersion.TLSv1_1
    expect("TLS 1.1", post(f"https://localhost:{serve(Service, server)}",
                           "ca_file=" + authority.ca), "retry 0 0", "protocol version")


def own_certificate(authority, certificate):
    server = context(*certificate)
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(authority.ca)
    url, ca = f"https://localhost:{serve(Service, server)}", "ca_file=" + authority.ca
    client, key = authority.issue("client", ["client"])
    locked = str(authority.folder / "locked.key")
    authority.openssl("ec", "-in", key, "-aes256", "-passout", f"pass:{SECRET}", "-out", locked)
    cert = "cert_file=" + client
    expect("own certificate", post(url, ca, cert, "key_file=" + key), "ok 200")
    expect("locked key", post(url, ca, cert, "key_file=" + locked, FIAT_TLS_KEY_PASSWORD=SECRET),
           "ok 200")
    expect("wrong password", post(url, ca, cert, "key_file=" + locked, FIAT_TLS_KEY_PASSWORD="x"),
           "pause 0 0")
    expect("no such certificate", post(url, ca, "cert_file=/nonexistent/c.pem"), "pause 0 0",
           "/nonexistent/c.pem")
    # With TLS 1.3 the client hears of it only after the handshake, perhaps as a reset.
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    expect("none shown", post(url, ca), "retry 0 0", "handshake failure")


def break_after(server, count):
    """Take connections, read that many bytes of each, or all that come within half a second with
    None, and reset it."""
    while True:
        try:
            connection = server.accept()[0]
        except OSError:
            continue
        try:
            connection.settimeout(0.5)
            while count is None or count > 0:
                got = len(connection.recv(65536))
                if not got:
                    break
                count = count and max(0, count - got)
        except OSError:
            pass
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()


def broken(authority, certificate):
    """Inside TLS, too, what was not sent whole was not received."""
    body = 24 * 1024 * 1024
    for count, begin in ((1, "retry 0 0"), (body // 2, "retry 0 0"), (None, "retry 0 1")):
        plain = socket.create_server(("127.0.0.1", 0))
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        port = plain.getsockname()[1]
        server = context(*certificate).wrap_socket(plain, server_side=True)
        threading.Thread(target=break_after, args=(server, count), daemon=True).start()
        expect(f"broken after {count}",
               post(f"https://localhost:{port}", "ca_file=" + authority.ca, f"body={body}"), begin)


def kept(authority, certificate):
    """A connection is given up by us before the server does, and one that the server has closed costs
    nothing. Python's server closes after its timeout."""
    class Idle(Service):
        timeout = 30
        connections = 0

        def setup(self):
            super().setup()
            type(self).connections += 1

    url, ca = f"https://localhost:{serve(Idle, context(*certificate))}", "ca_file=" + authority.ca
    for what, settings, timeout, connections in (
            ("kept", ("times=3", "pause_ms=100"), 30, 1),
            ("idle for too long", ("times=2", "pause_ms=2500", "idle_ms=2000"), 30, 2),
            ("closed by the server", ("times=2", "pause_ms=2500", "idle_ms=60000"), 1, 2)):
        Idle.connections, Idle.timeout = 0, timeout
        got = post(url, ca, *settings)
        if set(got.split("\n")) != {"ok 200 0 ", ""} or Idle.connections != connections:
            sys.exit(f"{what}: {got!r}, {Idle.connections} connections")
        print(f"{what}: {connections} connections")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Openssl:
    """openssl(1) as a server: `openssl s_server`, with these options more."""

    def __init__(self, folder, certificate, *options):
        self.port = free_port()
        self.running = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", certificate[0],
             "-key", certificate[1], *options], cwd=folder, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = b""
        while b"ACCEPT" not in said:
            said += self.running.stdout.readline() or sys.exit(f"openssl s_server: {said}")

    def stop(self):
        self.running.kill()
        return self.running.communicate(timeout=10)[0].decode(errors="replace")


def container(authority, certificate, strange):
    """Credentials of a container by https, which must be trusted, from openssl's files."""
    folder = authority.folder
    (folder / "keys").write_text(json.dumps({
        "AccessKeyId": "AKID", "SecretAccessKey": "s", "Token": "t",
        "Expiration": "2099-01-01T00:00:00Z"}))

    def ask(port, **more):
        settings = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"https://localhost:{port}/keys",
                    "AWS_EC2_METADATA_DISABLED": "true"}
        done = subprocess.run([str(pathlib.Path(PROGRAM).parent / "aws_credentials")],
                              env={**environment(), **settings, **more}, capture_output=True,
                              text=True, timeout=60)
        return done.stdout

    good, bad = (Openssl(folder, each, "-WWW") for each in (certificate, strange))
    expect("container", ask(good.port, AWS_CA_BUNDLE=authority.ca), '{"access_key_id":"AKID"')
    expect("container, unknown authority", ask(bad.port, AWS_CA_BUNDLE=authority.ca), '{"error"',
           "certificate")
    expect("container, system's authorities", ask(good.port), '{"error"', "certificate")
    if "GET /keys" in bad.stop():
        sys.exit("a request went to a server that is not trusted")
    good.stop()


def shown_to_openssl(authority, certificate):
    """A certificate of our own, asked for and verified by openssl's server, whose answer lies
    ready."""
    client, key = authority.issue("client2", ["client"])
    for version in ("-tls1_2", "-tls1_3"):
        server = Openssl(authority.folder, certificate, version, "-Verify", "1",
                         "-verify_return_error", "-CAfile", authority.ca)
        server.running.stdin.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        server.running.stdin.flush()
        expect(f"openssl s_server {version}",
               post(f"https://localhost:{server.port}", "ca_file=" + authority.ca,
                    "cert_file=" + client, "key_file=" + key), "ok 200")
        said = server.stop()
        if "CN = client2" not in said and "CN=client2" not in said:
            sys.exit(f"openssl saw another certificate: {said}")


def main(folder):
    authority, stranger = Authority(folder, "ca"), Authority(folder, "other")
    port = failures(authority, stranger)
    trust(authority, port)
    certificate = authority.issue("server", ["localhost"])
    old_tls(authority, certificate)
    own_certificate(authority, certificate)
    broken(authority, certificate)
    kept(authority, certificate)
    container(authority, certificate, stranger.issue("other-server", ["localhost"]))
    shown_to_openssl(authority, certificate)
    return 0


if __name__ == "__main__":
    run(main)
