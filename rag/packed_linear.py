"""Linear layers whose weights lie as the processor's bfloat16 kernels want them.

Torch lays the weights of a plain layer out anew in every call: for one short query that is a
fifth of the processor time of its embedding. Inductor packs them once, by the same operators.
"""

from __future__ import annotations

from typing import Any

_ROWS = 32  # what the layout is made for: tokens of a question; others work as well


def pack_linear_layers(model: Any) -> int:
    """Pack every bfloat16 `nn.Linear` of an evaluated model, in place; how many.

    0 where torch or the processor has no such operators: then the model stays as it is.
    """
    import torch  # noqa: PLC0415  takes seconds

    operators = torch.ops.mkldnn
    needed = ("_reorder_linear_weight", "_linear_pointwise", "_is_mkldnn_bf16_supported")
    if not all(hasattr(operators, name) for name in needed):
        return 0
    if not operators._is_mkldnn_bf16_supported():  # noqa: SLF001
        return 0

    class PackedLinear(torch.nn.Module):
        def __init__(self, plain: Any) -> None:
            super().__init__()
            weight = plain.weight.detach()
            self._weight = operators._reorder_linear_weight(weight, _ROWS)  # noqa: SLF001
            self._bias = None if plain.bias is None else plain.bias.detach()

        def forward(self, rows: Any) -> Any:
            return operators._linear_pointwise(  # noqa: SLF001
                rows, self._weight, self._bias, "none", [], ""
            )

    packed = 0
    with torch.inference_mode():
        for parent in list(model.modules()):
            for name, child in list(parent.named_children()):
                if type(child) is torch.nn.Linear and child.weight.dtype is torch.bfloat16:
                    setattr(parent, name, PackedLinear(child))
                    packed += 1
    return packed
