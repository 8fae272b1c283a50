"""Guided masks of `qk-lens semantics MODEL FOLDER --guided-masks FILE.npz` in a PyTorch dataset.

    masks = GuidedMasks("masks.npz")
    dataset = MaskedImages("pictures", masks, transform)
    for pixels, mask, weights in torch.utils.data.DataLoader(dataset, batch_size=64):
        loss = (per_patch_loss(model(pixels, mask), pixels) * weights * mask).sum() / mask.sum()

`mask` is True for the patches to hide, row by row; every mask of one grid has the same number of them, so masks stack.
The transform must resize as the model's preprocessing does, without random crops or flips: the chances belong to places.
"""

from pathlib import Path

import numpy as np
import torch


def scaled_to(chances: torch.Tensor, total: int) -> torch.Tensor:
    """min(1, lambda * chances) with lambda such that the sum is `total`."""
    certain = torch.zeros_like(chances, dtype=torch.bool)
    while True:
        rest = total - int(certain.sum())
        free = chances[~certain].sum()
        if free > 0:
            share = chances * (rest / free)
        else:
            share = torch.full_like(chances, rest / max(1, int((~certain).sum())))
        more = ~certain & (share > 1) & (free > 0)
        if not more.any():
            return torch.where(certain, torch.ones_like(share), share.clamp(max=1))
        certain |= more


def sample_mask(chances: torch.Tensor, count: int, generator: torch.Generator | None = None) -> torch.Tensor:
    """A mask of exactly `count` patches, each with its chance: systematic sampling on a random order.

    chances: (patches,), between 0 and 1. Returns bool (patches,), True for masked ones.
    """
    chances = scaled_to(chances.double(), count)
    while True:
        order = torch.randperm(len(chances), generator=generator)
        ends = torch.cumsum(chances[order], 0)
        marks = torch.rand((), generator=generator, dtype=torch.float64) + torch.arange(count)
        mask = torch.zeros(len(chances), dtype=torch.bool)
        mask[order[torch.searchsorted(ends, marks, right=True).clamp(max=len(order) - 1)]] = True
        # Rounding of the sums can let two marks fall on one patch, once in many billions.
        if int(mask.sum()) == count:
            return mask


class GuidedMasks:
    """Chances to be masked and loss weights of pictures, by their names."""

    def __init__(self, file: str | Path):
        with np.load(file) as arrays:
            self.rows = {str(name): row for row, name in enumerate(arrays["names"])}
            self.grids = arrays["grids"].astype(int)
            self.counts = arrays["counts"].astype(int)
            self.probabilities = torch.from_numpy(arrays["probabilities"])
            self.loss_weights = torch.from_numpy(arrays["loss_weights"])

    def chances(self, name: str) -> torch.Tensor:
        """(patches,); rows of smaller grids are filled up with NaN in the file, which is cut off here."""
        row = self.rows[name]
        return self.probabilities[row, : self.grids[row].prod()]

    def weights(self, name: str) -> torch.Tensor:
        """KAMIM loss weights, (patches,)."""
        row = self.rows[name]
        return self.loss_weights[row, : self.grids[row].prod()]

    def sample(self, name: str, generator: torch.Generator | None = None) -> torch.Tensor:
        return sample_mask(self.chances(name), int(self.counts[self.rows[name]]), generator)


class MaskedImages(torch.utils.data.Dataset):
    """Pictures of a folder with a new mask each time."""

    def __init__(self, folder: str | Path, masks: GuidedMasks, transform, generator: torch.Generator | None = None):
        self.folder, self.masks, self.transform, self.generator = Path(folder), masks, transform, generator
        self.names = list(masks.rows)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int):
        from PIL import Image

        name = self.names[index]
        with Image.open(self.folder / name) as picture:
            pixels = self.transform(picture.convert("RGB"))
        return pixels, self.masks.sample(name, self.generator), self.masks.weights(name).float()
