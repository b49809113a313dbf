"""Packed layers give what the plain ones give, to the last bit."""

import torch

from rag.packed_linear import pack_linear_layers


def _model(dtype):
    torch.manual_seed(1)
    inner = torch.nn.Sequential(torch.nn.Linear(64, 96), torch.nn.GELU())
    return torch.nn.Sequential(inner, torch.nn.Linear(96, 32, bias=False)).to(dtype).eval()


def test_packed_layers_give_the_same_vectors_for_any_number_of_rows():
    plain, packed = _model(torch.bfloat16), _model(torch.bfloat16)
    count = pack_linear_layers(packed)

    assert count in {0, 2}  # none on a processor without bfloat16
    for rows in (1, 7, 32, 300):
        batch = torch.randn(2, rows, 64, dtype=torch.bfloat16)
        with torch.inference_mode():
            assert torch.equal(plain(batch), packed(batch))


def test_layers_of_other_numbers_are_left_alone():
    model = _model(torch.float32)

    assert pack_linear_layers(model) == 0
    assert isinstance(model[1], torch.nn.Linear)
