"""scripts/moto for a test in Python: AWS's services as moto imitates them, in a process of their
own.

    import moto_server

    with moto_server.start() as aws:
        subprocess.run([program], env=aws.environment)
        aws.client("s3").list_buckets()

Ends the test with 77, "skipped", where moto is missing.
"""
import contextlib
import os
import pathlib
import subprocess
import tempfile
import time

import packages

ACCOUNT = "123456789012"  # whose all of it is
REGION = "eu-central-1"
KEYS = "moto", "moto"
READY_S = 60


def environment(url, folder):
    """What leads AWS's programs and ours there, and no keys of anybody's out of here."""
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith("AWS_") and name.lower() not in ("http_proxy", "all_proxy")}
    return clean | {"AWS_ENDPOINT_URL": url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
                    "AWS_ACCESS_KEY_ID": KEYS[0], "AWS_SECRET_ACCESS_KEY": KEYS[1],
                    "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": f"{folder}/none",
                    "AWS_SHARED_CREDENTIALS_FILE": f"{folder}/none"}


class Server:
    def __init__(self, url, folder):
        self.url = url
        self.environment = environment(url, folder)

    def client(self, service, **more):
        """boto3's, of this server."""
        import boto3
        arguments = {"endpoint_url": self.url, "region_name": REGION,
                     "aws_access_key_id": KEYS[0], "aws_secret_access_key": KEYS[1]}
        return boto3.client(service, **(arguments | more))


def wait_for(path, process):
    until = time.monotonic() + READY_S
    while not path.exists():
        assert process.poll() is None, f"scripts/moto ended with {process.returncode}"
        assert time.monotonic() < until, "scripts/moto is not ready"
        time.sleep(0.05)
    return int(path.read_text())


@contextlib.contextmanager
def start():
    packages.need("boto3")
    packages.need("moto")
    script = pathlib.Path(__file__).resolve().parents[2] / "scripts/moto"
    with tempfile.TemporaryDirectory() as folder:
        port_file = pathlib.Path(folder) / "port"
        process = subprocess.Popen([script, "--port-file", port_file], stdout=subprocess.DEVNULL)
        try:
            yield Server(f"http://127.0.0.1:{wait_for(port_file, process)}", folder)
        finally:
            process.terminate()
            process.wait()
