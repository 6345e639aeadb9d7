"""Zeppelin's notes: run by its server, paragraph by paragraph."""

import json

import figures

TITLE = "Key figures"
KEPT = ("title", "text", "config", "settings")


def execute(note, server):
    """Runs a note and returns it with its results, and what is wrong with it, as sentences."""
    try:
        done = server.run(note)
    except (OSError, RuntimeError) as error:
        return note, [f"Zeppelin's server: {error}"]
    found = []
    for number, paragraph in enumerate(done["paragraphs"], 1):
        if paragraph["status"] != "FINISHED":
            found.append(f"paragraph {number} ({paragraph.get('title', '')}) is {paragraph['status']}"
                         f": {results(paragraph)}".rstrip(": "))
    return done, found


def results(paragraph):
    return "\n".join(message["data"] for message in paragraph.get("results", {}).get("msg", []))


def key_figures(note):
    for paragraph in note["paragraphs"]:
        if paragraph.get("title") == TITLE:
            return figures.of_table(results(paragraph))
    return {}


def stored_form(note):
    """As it is kept in the repository: no names and times of one execution."""
    paragraphs = []
    for number, paragraph in enumerate(note["paragraphs"], 1):
        kept = {key: paragraph[key] for key in KEPT if key in paragraph}
        kept["id"] = f"paragraph-{number}"
        kept["status"] = paragraph.get("status", "READY")
        kept["results"] = paragraph.get("results", {"code": "SUCCESS", "msg": []})
        paragraphs.append(kept)
    return {"name": note["name"], "defaultInterpreterGroup": "java", "config": {"looknfeel": "default"},
            "paragraphs": paragraphs}


def read(file):
    return json.loads(file.read_text(encoding="utf-8"))


def write(note, file):
    file.write_text(json.dumps(stored_form(note), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
