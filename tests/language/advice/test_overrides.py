"""A file's settings with other values put in."""

import pytest

from archsum.errors import SpecError
from archsum.language.advice.overrides import override
from archsum.language.spec.budget import Budget
from archsum.language.spec.training import Training

BUDGET = Budget.model_validate({"max_params": 5, "max_macs": 7, "blocks": {"stem": {"max_params": 3}}})


def test_other_values_take_the_place_of_the_file_s() -> None:
    overridden = override(BUDGET, {"max_params": "5M"}, "the budget")
    assert (overridden.max_params, overridden.max_macs, overridden.blocks) == (5_000_000, 7, BUDGET.blocks)


def test_none_takes_out_what_need_not_be_there() -> None:
    overridden = override(BUDGET, {"max_params": None, "blocks": None}, "the budget")
    assert overridden == Budget.model_validate({"max_macs": 7})


def test_none_is_no_value_of_what_is_always_there() -> None:
    with pytest.raises(SpecError, match="`batch` takes a whole number, but it is empty"):
        override(Training.model_validate({}), {"batch": None}, "`training`")
