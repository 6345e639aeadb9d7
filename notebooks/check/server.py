"""Runs a note in Zeppelin's own server, through its REST interface."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

START_SECONDS = 90
PARAGRAPH_SECONDS = 300


class Server:
    """Zeppelin with an empty home, the interpreters %md and %java, and the product's jar as a dependency of %java."""

    def __init__(self, built, home, jar, environment):
        """
        built: folder that notebooks/zeppelin/check was built into
        home: folder for the server, made anew
        jar: what a user enters under "dependencies" of the interpreter java
        environment: properties of the interpreter java that become variables of its process
        """
        self.built = built
        self.home = home
        self.jar = jar
        self.environment = environment
        self.log = home / "logs" / "server.log"
        self.process = None
        self.url = None

    def __enter__(self):
        self._make_home()
        self._start()
        try:
            self._wait()
            self._configure()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_):
        self._stop()

    def _make_home(self):
        check = Path(__file__).parent.parent / "zeppelin" / "check"
        shutil.rmtree(self.home, ignore_errors=True)
        for folder in ("bin", "conf", "logs", "notebook", "war/WEB-INF", "interpreter/md", "interpreter/java"):
            (self.home / folder).mkdir(parents=True)
        shutil.copy(check / "interpreter.sh", self.home / "bin")
        lib = self.built / "lib"
        for jar in lib.glob("*.jar"):
            (self.home / "interpreter" / "md" / jar.name).symlink_to(jar)
        java = self.home / "interpreter" / "java"
        for name in ("slf4j-api", "slf4j-log4j12", "log4j"):
            jar = next(lib.glob(name + "-[0-9]*.jar"))
            (java / jar.name).symlink_to(jar)
        (java / "interpreter.jar").symlink_to(self.built / "interpreter.jar")
        settings = "log4j.rootLogger=WARN, out\nlog4j.appender.out=org.apache.log4j.ConsoleAppender\n" \
                   "log4j.appender.out.layout=org.apache.log4j.SimpleLayout\n"
        (self.home / "conf" / "log4j.properties").write_text(settings)

    def _start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/api"
        java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
        variables = dict(
            os.environ,
            ZEPPELIN_HOME=str(self.home),
            # Without it the server takes its start for one in an IDE, and ends with its standard input.
            ZEPPELIN_IDENT_STRING="check",
            ZEPPELIN_ADDR="127.0.0.1",
            ZEPPELIN_PORT=str(port),
            ZEPPELIN_LOCAL_IP="127.0.0.1",
            ZEPPELIN_WAR=str(self.home / "war"),
            ZEPPELIN_ANGULAR_WAR=str(self.home / "war"),
            ZEPPELIN_NOTEBOOK_STORAGE="org.apache.zeppelin.notebook.repo.VFSNotebookRepo",
            ZEPPELIN_INTERPRETER_DEP_MVNREPO="file:///nowhere",
            ZEPPELIN_SEARCH_ENABLE="false",
        )
        command = [java, "-Xmx512m", "-Dlog4j.configuration=file:" + str(self.home / "conf" / "log4j.properties"),
                   "-cp", str(self.built / "lib" / "*"), "org.apache.zeppelin.server.ZeppelinServer"]
        with open(self.log, "wb") as log:
            # A session of its own, so that the interpreters can be ended with the server.
            self.process = subprocess.Popen(command, cwd=self.home, env=variables, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def _wait(self):
        end = time.monotonic() + START_SECONDS
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"Zeppelin's server ended at its start; see {self.log}")
            try:
                self.call("GET", "/version")
                return
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > end:
                    raise RuntimeError(f"Zeppelin's server does not answer; see {self.log}") from None
                time.sleep(0.5)

    def _stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(20)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def call(self, method, path, body=None, timeout=60):
        """The answer's body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.load(answer).get("body")

    def _configure(self):
        """What the README tells people to enter on the page Interpreter."""
        settings = self.call("GET", "/interpreter/setting")
        java = next(setting for setting in settings if setting["name"] == "java")
        java["dependencies"] = [{"groupArtifactVersion": str(self.jar), "local": False, "exclusions": []}]
        for name, value in self.environment.items():
            java["properties"][name] = {"name": name, "value": value, "type": "string"}
        self.call("PUT", "/interpreter/setting/" + java["id"], java)
        end = time.monotonic() + START_SECONDS
        while True:
            java = self.call("GET", "/interpreter/setting/" + java["id"])
            if java["status"] == "READY":
                return
            if java["status"] == "ERROR" or time.monotonic() > end:
                raise RuntimeError("the jar could not be added to the interpreter java: " + java.get("errorReason", ""))
            time.sleep(0.2)

    def run(self, note):
        """Imports a note (a dict), runs its paragraphs in order until one fails, and returns it with the results."""
        bare = dict(note, paragraphs=[
            {key: value for key, value in paragraph.items() if key not in ("results", "status")}
            for paragraph in note["paragraphs"]])
        note_id = self.call("POST", "/notebook/import", bare)
        for paragraph in self.call("GET", "/notebook/" + note_id)["paragraphs"]:
            if self._run_paragraph(note_id, paragraph["id"]) != "FINISHED":
                break
        return self.call("GET", "/notebook/" + note_id)

    def _run_paragraph(self, note_id, paragraph_id):
        """Its status at the end. Asked for again and again, as the server drops connections that are silent for long."""
        self.call("POST", f"/notebook/job/{note_id}/{paragraph_id}", {})
        end = time.monotonic() + PARAGRAPH_SECONDS
        while True:
            status = self.call("GET", f"/notebook/{note_id}/paragraph/{paragraph_id}")["status"]
            if status in ("FINISHED", "ERROR", "ABORT"):
                return status
            if time.monotonic() > end:
                raise RuntimeError(f"a paragraph is {status} after {PARAGRAPH_SECONDS} s; see {self.log}")
            time.sleep(0.3)
