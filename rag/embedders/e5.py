"""`intfloat/multilingual-e5-small`, run by onnxruntime: knows a hundred languages, needs the extra `e5` and the model's files.

The files come from a folder (`e5:/path/to/folder`, holding `model.onnx` and `tokenizer.json`) or, once, from the model hub (`e5`).
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedders.onnx_session import onnx_session
from rag.embedders.port import Vectors
from rag.embedders.static_words import unit
from rag.errors import EmbedderMissing

REPOSITORY = "intfloat/multilingual-e5-small"
_LONGEST = 512
_BATCH = 32


class MultilingualE5:
    """Mean-pooled token vectors, with the prefixes that the model was trained with. Raises `EmbedderMissing`."""

    multilingual = True

    def __init__(self, folder: Path | None = None, *, threads: int = 2) -> None:
        if find_spec("onnxruntime") is None:
            raise EmbedderMissing("The model multilingual-e5-small needs the extra packages: install the project with the extra e5.")
        model, tokenizer = _files(folder)
        self._session: Any = onnx_session(str(model), threads)
        self._inputs = {given.name for given in self._session.get_inputs()}
        tokenizers: Any = import_module("tokenizers")
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.enable_padding()
        self.dimension = int(self._session.get_outputs()[0].shape[-1])
        self.name = f"multilingual-e5-small-{self.dimension}"

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        return self._embed([f"passage: {text}" for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_queries`."""
        return self._embed([f"query: {text}" for text in texts])

    def _embed(self, texts: list[str]) -> Vectors:
        batches = [self._batch(texts[i : i + _BATCH]) for i in range(0, len(texts), _BATCH)]
        return np.concatenate(batches) if batches else np.zeros((0, self.dimension), dtype=np.float32)

    def _batch(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        given = {
            "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        states = self._session.run(None, {name: value for name, value in given.items() if name in self._inputs})[0]
        weights = mask[:, :, None].astype(np.float32)
        return unit(np.asarray((states * weights).sum(axis=1) / weights.sum(axis=1), dtype=np.float32))


def _files(folder: Path | None) -> tuple[Path, Path]:
    if folder is not None:
        model = next((path for name in ("model.onnx", "onnx/model.onnx", "model_quantized.onnx") if (path := folder / name).exists()), None)
        if model is None or not (folder / "tokenizer.json").exists():
            raise EmbedderMissing(f"The folder {folder} does not hold the embedding model: model.onnx and tokenizer.json are needed.")
        return model, folder / "tokenizer.json"
    try:
        hub: Any = import_module("huggingface_hub")
        return Path(hub.hf_hub_download(REPOSITORY, "onnx/model.onnx")), Path(hub.hf_hub_download(REPOSITORY, "onnx/tokenizer.json"))
    except Exception as error:  # the hub's client raises many kinds; all mean that the files are not to be had
        raise EmbedderMissing(
            "The model multilingual-e5-small cannot be fetched from the model hub: name a folder that holds it (e5:/path), or leave EMBEDDING_MODEL empty."
        ) from error
