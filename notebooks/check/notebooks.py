"""Jupyter's notebooks: executed by nbconvert, from the first cell to the last."""

import copy
import re

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor

import figures

KERNEL = "quietstar"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
TAG = "key-figures"
# A kernel that has started answers within a few seconds. About one in four of the pinned version starts deaf, whatever the
# machine, and stays so; on a machine with much to do another may only be slow.
START_SECONDS = (8, 8, 8, 12, 16, 24, 40, 60)
CELL_SECONDS = 300


class Execution(ExecutePreprocessor):
    """Executes a notebook. A start of the kernel that is not answered is tried again; a cell is not."""

    def __init__(self, log):
        """log: open file for what the kernel itself says"""
        super().__init__(kernel_name=KERNEL, timeout=CELL_SECONDS)
        self.kernel_log = log

    def start_new_kernel(self, **arguments):
        super().start_new_kernel(stdout=self.kernel_log, stderr=self.kernel_log, **arguments)

    def start_new_kernel_client(self):
        for start, self.startup_timeout in enumerate(START_SECONDS, 1):
            try:
                return super().start_new_kernel_client()
            except RuntimeError as problem:
                if start == len(START_SECONDS):
                    raise
                print(f"  start {start} of the kernel: {problem}; once more", flush=True)
                self.create_kernel_manager()
                self.start_new_kernel()


def bare(notebook):
    """A copy without results."""
    clean = copy.deepcopy(notebook)
    for cell in clean.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    return clean


def execute(notebook, folder, log):
    """Executes a copy in a folder and returns it with its results, and what is wrong with it, as sentences."""
    done = bare(notebook)
    try:
        with open(log, "ab") as file:
            Execution(file).preprocess(done, {"metadata": {"path": str(folder)}})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return done, [COLOURS.sub("", str(error))]
    return done, problems(done)


def problems(notebook):
    found = []
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                found.append(f"cell {number} failed: {output.ename}: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(f"cell {number} complains: {output.text}")
    return found


def key_figures(notebook):
    text = []
    for cell in notebook.cells:
        if TAG in cell.metadata.get("tags", []):
            text += [output.text for output in cell.outputs if output.output_type == "stream"]
    return figures.of_text("".join(text))


def stored_form(notebook):
    """As it is kept in the repository: nothing in it that differs from one execution to the next but its results."""
    kept = copy.deepcopy(notebook)
    kept.metadata = {
        "kernelspec": {"display_name": "Java (Quiet-STaR)", "language": "java", "name": KERNEL},
        "language_info": {"file_extension": ".jshell", "mimetype": "text/x-java-source", "name": "java"},
    }
    for cell in kept.cells:
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            cell.outputs = joined(cell.outputs)
    return kept


def joined(outputs):
    """Text that was printed bit by bit, in one piece."""
    result = []
    for output in outputs:
        last = result[-1] if result else None
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            result.append(output)
    return result


def read(file):
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    return notebook


def write(notebook, file):
    nbformat.write(stored_form(notebook), file)
