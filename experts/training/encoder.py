"""The packaged encoder in torch, its published weights frozen, with a trainable low-rank change."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from experts.search.backends.e5_adapter import PRODUCTS, Adapter
from experts.search.backends.e5_format import PackedModel
from experts.search.backends.e5_tokenizer import Tokenizer
from experts.search.languages import lower

WORKING = torch.bfloat16  # of weights and activations; what is trained is kept as float32
LONGEST = 64  # tokens of a question
BATCH = 128  # texts computed together when nothing is learnt
MASKED = -1e4  # a score that leaves nothing after the softmax


class AdaptedEncoder(nn.Module):
    """multilingual-e5-small with a change of rank `rank` in its layers from `first_layer` on.

    Below that layer nothing changes, so the state of a text there is computed once (`lower`), and a
    step of training costs only the layers above (`upper`).
    """

    def __init__(self, model: PackedModel, rank: int, first_layer: int) -> None:
        super().__init__()
        self.shape = model.shape
        self.first_layer = first_layer
        hidden, inner = self.shape.hidden, self.shape.inner

        def read(name: str, *shape: int) -> Tensor:
            return torch.from_numpy(model.tensor(name, *shape))

        self.words = read("emb.word", self.shape.vocabulary, hidden)
        self.places = read("emb.pos", self.shape.positions, hidden)
        self.places += read("emb.type", self.shape.types, hidden)[0]
        self.norms = {
            name: (read(f"{name}.w", hidden).to(WORKING), read(f"{name}.b", hidden).to(WORKING))
            for name in ("emb.ln", *(f"l{at}.{n}" for at in self._layers for n in ("aln", "oln")))
        }
        sizes = {"ao": (hidden, hidden), "fi": (inner, hidden), "fo": (hidden, inner)}
        self.products: dict[tuple[int, str], tuple[Tensor, Tensor]] = {}
        for at in self._layers:
            parts = [f"l{at}.{n}" for n in "qkv"]
            weight = torch.cat([read(f"{part}.w", hidden, hidden) for part in parts])
            bias = torch.cat([read(f"{part}.b", hidden) for part in parts])
            self.products[at, "qkv"] = weight.to(WORKING), bias.to(WORKING)
            for name, size in sizes.items():
                weight, bias = read(f"l{at}.{name}.w", *size), read(f"l{at}.{name}.b", size[0])
                self.products[at, name] = weight.to(WORKING), bias.to(WORKING)
        self.down, self.up = nn.ParameterDict(), nn.ParameterDict()
        for (at, name), (weight, _) in self.products.items():
            if at >= first_layer:
                height, width = weight.shape
                started = torch.randn(rank, width) / math.sqrt(width)
                self.down[_key(at, name)] = nn.Parameter(started)
                self.up[_key(at, name)] = nn.Parameter(torch.zeros(height, rank))

    @property
    def _layers(self) -> range:
        return range(self.shape.layers)

    def lower(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The state (texts, length, hidden) on which the change begins."""
        embedded = functional.embedding(ids, self.words) + self.places[: ids.shape[1]]
        state = self._normed(embedded.to(WORKING), "emb.ln")
        return self._through(range(self.first_layer), state, mask, changed=False)

    def upper(self, state: Tensor, mask: Tensor, *, changed: bool) -> Tensor:
        """Unit vectors (texts, hidden)."""
        layers = range(self.first_layer, self.shape.layers)
        state = self._through(layers, state, mask, changed=changed)
        return functional.normalize((state.float() * mask[..., None]).sum(1), dim=1)

    def adapter(self) -> Adapter:
        return Adapter(
            {
                (at, name): (_numpy(self.down[_key(at, name)]), _numpy(self.up[_key(at, name)]))
                for at in range(self.first_layer, self.shape.layers)
                for name in PRODUCTS
            }
        )

    def _through(self, layers: range, state: Tensor, mask: Tensor, *, changed: bool) -> Tensor:
        texts, length, hidden = state.shape
        visible = torch.zeros(texts, 1, 1, length, dtype=WORKING)
        visible = visible.masked_fill(mask[:, None, None] == 0, MASKED)
        for at in layers:
            joint = self._product(at, "qkv", state, changed=changed)
            heads = joint.view(texts, length, 3, self.shape.heads, -1).permute(2, 0, 3, 1, 4)
            query, key, value = heads.unbind()
            mixed = functional.scaled_dot_product_attention(query, key, value, visible)
            mixed = mixed.transpose(1, 2).reshape(texts, length, hidden)
            state = state + self._product(at, "ao", mixed, changed=changed)
            state = self._normed(state, f"l{at}.aln")
            wide = functional.gelu(self._product(at, "fi", state, changed=changed))
            state = state + self._product(at, "fo", wide, changed=changed)
            state = self._normed(state, f"l{at}.oln")
        return state

    def _product(self, at: int, name: str, state: Tensor, *, changed: bool) -> Tensor:
        result = functional.linear(state, *self.products[at, name])
        if not changed:
            return result
        thin = functional.linear(state, self.down[_key(at, name)].to(WORKING))
        return result + functional.linear(thin, self.up[_key(at, name)].to(WORKING))

    def _normed(self, state: Tensor, name: str) -> Tensor:
        return functional.layer_norm(
            state, (self.shape.hidden,), *self.norms[name], self.shape.epsilon
        )


class Questions:
    """Questions as the product feeds them, each with its state and its plain vector at hand."""

    def __init__(self, encoder: AdaptedEncoder, tokenizer: Tokenizer) -> None:
        self.encoder = encoder
        self.tokenizer = tokenizer
        self._states: dict[str, Tensor] = {}
        self._plain: dict[str, Tensor] = {}

    def add(self, texts: Iterable[str]) -> None:
        """Compute what stays the same about these texts."""
        new = sorted({text for text in texts if text not in self._states})
        ids = [
            torch.tensor(self.tokenizer.encode(f"query: {lower(text)}", LONGEST)) for text in new
        ]
        order = sorted(range(len(new)), key=lambda at: len(ids[at]))
        with torch.no_grad():
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                padded, mask = _padded([ids[at] for at in batch])
                states = self.encoder.lower(padded, mask)
                vectors = self.encoder.upper(states, mask, changed=False)
                for at, state, vector in zip(batch, states, vectors, strict=True):
                    self._states[new[at]] = state[: len(ids[at])].clone()
                    self._plain[new[at]] = vector

    def plain(self, texts: Sequence[str]) -> Tensor:
        return torch.stack([self._plain[text] for text in texts])

    def adapted(self, texts: Sequence[str], parts: int = 4) -> Tensor:
        """Vectors with the change, in stretches by length so that little padding is computed."""
        order = sorted(range(len(texts)), key=lambda at: len(self._states[texts[at]]))
        size, vectors = -(-len(order) // parts), []
        for start in range(0, len(order), size):
            states = [self._states[texts[at]] for at in order[start : start + size]]
            vectors.append(self.encoder.upper(*_padded(states), changed=True))
        return torch.cat(vectors)[torch.tensor(order).argsort()]


def ranking(plain: Tensor, adapted: Tensor) -> Tensor:
    """What questions rank by: the middle of both vectors."""
    return functional.normalize(plain + adapted, dim=1)


def _padded(rows: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Rows of different lengths as one tensor, and its mask (texts, length)."""
    lengths = torch.tensor([len(row) for row in rows])
    mask = (torch.arange(int(lengths.max())) < lengths[:, None]).float()
    return pad_sequence(list(rows), batch_first=True, padding_value=0), mask


def _key(at: int, name: str) -> str:
    return f"{at}_{name}"


def _numpy(parameter: Tensor) -> "np.ndarray[Any, np.dtype[np.float32]]":
    found: np.ndarray[Any, np.dtype[np.float32]] = parameter.detach().float().numpy().copy()
    return found
