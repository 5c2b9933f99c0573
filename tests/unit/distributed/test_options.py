"""The command line of a worker."""

import pytest

from mnist_helpers.distributed import options


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--epochs", "0"], "--epochs: '0' is no whole number from 1 on"),
        (["--batch", "many"], "--batch: 'many' is no whole number from 1 on"),
        (["--seed", "-1"], "--seed: '-1' is no whole number from 0 on"),
        (["--peak", "nan"], "--peak: 'nan' is no number above 0"),
        (["--wait", "soon"], "--wait: 'soon' is no number above 0"),
    ],
)
def test_a_number_that_makes_no_sense_is_named(capsys, given, said):
    with pytest.raises(SystemExit):
        options.read(["--folder", "somewhere", *given])
    assert said in capsys.readouterr().err


def test_without_options_it_is_the_recipe_of_the_series():
    given = options.read(["--folder", "somewhere"])
    assert (given.epochs, given.batch, given.peak, given.network) == (5, 128, None, "series")
