"""Executes the notebooks and compares their key figures with those stored in them; see notebooks/check.sh."""

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path

import figures
import notebooks
import notes
import server

ROOT = Path(__file__).resolve().parent.parent.parent


def environment():
    """What the README tells people to enter as properties of Zeppelin's interpreter java."""
    script = ROOT / "src" / "main" / "scripts" / "native-env.sh"
    lines = subprocess.run(["sh", script], check=True, capture_output=True, text=True).stdout.split()
    settings = dict(line.split("=", 1) for line in lines)
    options = [f"-Dorg.bytedeco.javacpp.maxbytes={settings['QUIETSTAR_OFFHEAP']}",
               f"-Dorg.bytedeco.javacpp.maxphysicalbytes={settings['QUIETSTAR_PHYSICAL']}",
               "-Djava.awt.headless=true"]
    return dict(settings, ZEPPELIN_INTP_MEM="-Xmx" + settings["QUIETSTAR_HEAP"],
                ZEPPELIN_INTP_JAVA_OPTS=" ".join(options))


def check(kind, file, execute, store, report):
    """Executes one notebook; returns whether all is well."""
    name = file.relative_to(ROOT)
    started = time.monotonic()
    print(f"{name} ...", flush=True)
    stored = kind.read(file)
    done, problems = execute(stored)
    kind.write(done, report / file.name)
    if not problems:
        try:
            # When results are stored anew, the figures of this execution are the right ones.
            right = done if store else stored
            problems = figures.differences(kind.key_figures(right), kind.key_figures(done))
        except ValueError as error:
            problems = [str(error)]
    if store and not problems:
        kind.write(done, file)
    for problem in problems:
        print(f"  {problem}")
    count = len(kind.key_figures(done)) if not problems else 0
    verdict = "FAILED" if problems else f"{'stored' if store else 'ok'}, {count} key figures"
    print(f"  {verdict}, {time.monotonic() - started:.0f} s", flush=True)
    return not problems


def chosen(folder, pattern, names):
    files = sorted((ROOT / "notebooks" / folder).glob(pattern))
    return [file for file in files if not names or any(name in str(file.relative_to(ROOT)) for name in names)]


def main():
    # Ended from outside, it ends the kernels and the server that it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(prog="notebooks/check.sh", description=__doc__)
    parser.add_argument("--store", action="store_true", help="keep the results in the notebooks")
    parser.add_argument("--work", type=Path, required=True, help="clean copy of what the notebooks read")
    parser.add_argument("--zeppelin", type=Path, required=True, help="folder that notebooks/zeppelin/check was built into")
    parser.add_argument("--jar", type=Path, required=True, help="the project's jar with all that it needs")
    parser.add_argument("names", nargs="*", help="parts of paths; all notebooks without any")
    arguments = parser.parse_args()
    report = arguments.work / "executed"
    report.mkdir()
    jupyter = chosen("jupyter", "*.ipynb", arguments.names)
    zeppelin = chosen("zeppelin", "*.zpln", arguments.names)
    if not jupyter and not zeppelin:
        print("there is no such notebook")
        return 1
    folder = arguments.work / "notebooks" / "jupyter"
    log = report / "kernels.log"
    results = [check(notebooks, file, lambda stored: notebooks.execute(stored, folder, log), arguments.store, report)
               for file in jupyter]
    if zeppelin:
        with server.Server(arguments.zeppelin, arguments.work / "zeppelin", arguments.jar, environment()) as running:
            results += [check(notes, file, lambda note: notes.execute(note, running), arguments.store, report)
                        for file in zeppelin]
    print(f"notebooks: {results.count(True)} of {len(results)} ok")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
