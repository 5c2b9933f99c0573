"""The tables of notebook 14, from a result that is made up."""

import pytest
import tables_of_transfer as tables
import transfer_labels

from tests.project import transfer_made_up


@pytest.fixture
def kept():
    return transfer_made_up.measured()


def test_the_best_rate_of_the_choice_is_used_and_its_draw_is_not(kept):
    for task, ways in tables.WAYS.items():
        settings = kept.asked[task]
        assert settings["ways"] == {way: [0.001] for way in ways}
        assert transfer_labels.SEED_OF_THE_CHOICE not in settings["seeds"]
        assert len(settings["seeds"]) >= 5
        chosen = kept.asked[tables.choice_of(task)]
        assert chosen["seeds"] == (transfer_labels.SEED_OF_THE_CHOICE,)


def test_each_way_has_a_row_and_each_number_of_labels_a_column(kept):
    found = tables.digits(kept.result).splitlines()
    assert found[0].startswith("| digits 5 to 9 | 1 a class | 5 a class | 10 a class |")
    assert len(found) == 2 + 7
    assert found[2].startswith("| from scratch | 62.0% ± 2.0 |")
    assert len(tables.digits_own(kept.result).splitlines()) == 2 + 5
    bases = tables.bases(kept.result)
    assert len(bases.splitlines()) == 2 + 4 and "from scratch" not in bases
    assert "200 a class" not in tables.scans(kept.result)
    assert len(tables.photos(kept.result).splitlines()) == 2 + 3


def test_differences_are_those_of_each_draw(kept):
    head, _, *rows = tables.differences(kept.result).splitlines()
    assert head.count("a class") == 5 and len(rows) == 5
    assert rows[0] == (
        "| digits 5 to 9: base of the digits 0 to 4, frozen |" + " +10.0 ± 0.0, better |" * 5
    )
    assert rows[1].startswith("| digits 5 to 9: base of the digits 0 to 4, cut late, frozen |")
    assert rows[3].endswith("| – |"), "there are no 200 scans of each digit"


def test_a_difference_within_its_interval_is_undecided():
    assert tables._difference([0.1, -0.1, 0.02]).endswith("undecided")
    assert tables._difference([-0.1, -0.12, -0.11]).endswith("worse")


def test_the_quick_form_has_fewer_tasks_and_one_draw(kept):
    kept.result["trials"].clear()
    transfer_labels.measure(kept, (0,), transfer_labels.QUICK_TASKS)
    text = tables.transfer(kept.result)
    assert "| from scratch | 60.0% |" in text and tables.HEADS[tables.SCANS] not in text


def test_all_tables_stand_together(kept):
    text = tables.transfer(kept.result)
    assert "| digits 5 to 9 |" in text and "0.001: 60.0%" in text
    assert "seeds 0, 1, 2, 3, 4 and 100" in text


def test_steps_grow_with_the_images():
    assert transfer_labels.steps_for(5) == transfer_labels.STEPS
    assert transfer_labels.steps_for(2_000) == 625
