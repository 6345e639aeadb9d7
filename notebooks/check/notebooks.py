"""Jupyter's notebooks: executed by nbconvert, from the first cell to the last."""

import copy

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor

import figures

KERNEL = "quietstar"
TAG = "key-figures"
START_SECONDS = 40
STARTS = 3
CELL_SECONDS = 240


class Execution(ExecutePreprocessor):
    """Executes a notebook. A start of the kernel that is not answered is tried again; a cell is not."""

    def start_new_kernel_client(self):
        for left in reversed(range(STARTS)):
            try:
                return super().start_new_kernel_client()
            except RuntimeError as problem:
                if left == 0:
                    raise
                print(f"  the kernel did not start ({problem}); once more", flush=True)
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


def execute(notebook, folder):
    """Executes a copy in a folder and returns it with its results, and what is wrong with it, as sentences."""
    done = bare(notebook)
    execution = Execution(kernel_name=KERNEL, timeout=CELL_SECONDS, startup_timeout=START_SECONDS)
    try:
        execution.preprocess(done, {"metadata": {"path": str(folder)}})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return done, [str(error)]
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
    return kept


def read(file):
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    return notebook


def write(notebook, file):
    nbformat.write(stored_form(notebook), file)
