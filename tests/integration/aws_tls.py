#!/usr/bin/env python3
"""The HTTP client over TLS: whom it trusts, what it shows of itself, and what it says of failures.

    aws_tls.py [PROGRAM]    PROGRAM: tests/support/aws_post
"""
import datetime
import socket
import ssl
import sys
import threading
import warnings

from aws_peers import SECRET, Authority, Service, context, expect, post, run, serve


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


def main(folder):
    authority, stranger = Authority(folder, "ca"), Authority(folder, "other")
    port = failures(authority, stranger)
    trust(authority, port)
    certificate = authority.issue("server", ["localhost"])
    old_tls(authority, certificate)
    own_certificate(authority, certificate)
    broken(authority, certificate)
    return 0


if __name__ == "__main__":
    run(main)
