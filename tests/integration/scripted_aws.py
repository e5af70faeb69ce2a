"""A server with a script: what it answers to each operation of AWS's, one after the other, the last
again and again.

    server = scripted_aws.start()
    server.script = {"GetQueryExecution": [(200, {...})]}
    subprocess.run([program], env=server.environment(folder))
    server.calls          (operation, body) of each request
"""
import http.server
import json
import os
import threading


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    script, calls = {}, []

    def environment(self, folder):
        return {"PATH": os.environ["PATH"], "HOME": folder, "AWS_REGION": "eu-central-1",
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server_address[1]}",
                "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        target = self.headers.get("X-Amz-Target", "")
        operation = target.partition(".")[2] or body.partition("Action=")[2].partition("&")[0]
        self.server.calls.append((operation, body))
        answers = self.server.script[operation]
        status, answer = answers.pop(0) if len(answers) > 1 else answers[0]
        text = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml" if isinstance(answer, str)
                         else "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass


def start():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
