"""The one door to onnxruntime, which reports to its maker from the moment it is imported (since 1.29, on Linux and macOS), unless it was told before not to.

`ORT_DISABLE_TELEMETRY=1` is its documented way to be told (Privacy.md in the package): no thread, no request, no identifier on the disk. Called by `packaged_e5.py` and `e5.py`.
"""

import os
from importlib import import_module
from typing import Any


def onnx_session(model: bytes | str, threads: int) -> Any:
    """The model, given whole or by its path, ready to run on the processor by so many threads: with one, that is the caller's. Raises `ImportError`, and errors of onnxruntime's own."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # noqa: TID251 - said to a library in the only way that it hears
    onnx: Any = import_module("onnxruntime")
    options = onnx.SessionOptions()
    options.intra_op_num_threads = threads
    return onnx.InferenceSession(model, options, providers=["CPUExecutionProvider"])
