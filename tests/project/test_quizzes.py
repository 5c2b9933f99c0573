"""The questions: keys recomputed in other ways, one right answer, each wrong one refuted."""

import itertools
import math
import re
import statistics
from fractions import Fraction

import numpy as np
import pytest
import quizzes
import yaml
from cells import Cells, PaperError
from scipy import optimize, signal, special, stats

from mnist_helpers import distributed, evaluation
from tests.conftest import NOTEBOOKS, ROOT

QUIZZES = quizzes.read(ROOT)
RAW = yaml.load((ROOT / quizzes.FILE).read_text(encoding="utf-8"), yaml.BaseLoader)
QUESTIONS = {
    (number, question.name): question for number, quiz in QUIZZES.items() for question in quiz
}


ANSWER = signal.correlate2d(3 * [[1, 1, 0]], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "valid")
TIMES = [2] * 90 + [10] * 9 + [500]


def windows(rows, side, by=1):
    """Count the places of a window in one direction, one by one."""
    return sum(start + side <= rows for start in range(0, rows, by))


def width(count):
    """The width of the interval of a rule that is right on 80% of some images."""
    right = np.arange(count) < 0.8 * count
    found = evaluation.accuracy(np.full(count, True), right)
    return found.high - found.low


def reach(numbers):
    """How far SciPy's 95% interval of a mean reaches to each side."""
    error = statistics.stdev(numbers) / math.sqrt(len(numbers))
    low, high = stats.t.interval(0.95, len(numbers) - 1, np.mean(numbers), error)
    return (high - low) / 2


def slope_of_loss(scores, true):
    """The slope of the loss with respect to each score: the notebook's error, by trying."""

    def loss(tried):
        return -special.log_softmax(tried)[true]

    return optimize.approx_fprime(np.array(scores), loss, 1e-7)


def spread(s, n=4):
    """Some n numbers with the standard deviation s."""
    numbers = np.arange(n) - (n - 1) / 2
    return list(s * numbers / statistics.stdev(numbers))


# The computed keys once more, each in another way than in the file.
RECOMPUTED = {
    ("01", "always the same answer"): f"{np.mean([True] * 400 + [False] * 100):.0%}",
    ("01", "four times as many images"): f"{8 * width(1600) / width(400):.0f} points",
    ("01", "distance of two images"): f"{math.dist([0, 3, 0, 4], [0, 0, 0, 0]):.0f}",
    ("02", "the answer of a kernel"): f"{ANSWER.item()}".replace("-", "−"),
    ("02", "rows after convolution and pooling"): (
        f"{windows(windows(17, 5), 2, by=2)} × {windows(windows(17, 5), 2, by=2)}"
    ),
    ("02", "parameters of a convolution"): f"{np.zeros((3, 3, 8, 16)).size + 16:,}",
    ("02", "the loss of one image"): f"{math.log(4):.2f}",
    ("02", "the first loss"): f"−ln(1/26), about {math.log(26):.2f}",
    ("03", "one step"): f"{float(2 + Fraction(3, 10)):.1f}",
    ("03", "steps in an epoch"): f"{len(range(0, 10_000, 64))}",
    ("03", "the errors of one image"): ", ".join(
        f"{slope:.1f}" for slope in slope_of_loss(np.log([0.7, 0.2, 0.1]), true=1)
    ).replace("-", "−"),
    ("04", "precision"): f"{statistics.mean([1] * 15 + [0] * 15):.0%}",
    ("04", "which network is better"): (
        f"Luck reaches ±{2 * math.hypot(3, 4):.0f}. A difference of 7 may be luck."
    ),
    ("04", "mistakes that a network predicts"): f"{sum([Fraction(5, 100)] * 200)}",
    ("05", "one call or a hundred"): f"about {sum([35] * 100) / 36:.0f}",
    ("06", "size of an export"): f"{np.zeros(250_000, 'float32').nbytes / 1e6:.1f} MB",
    ("06", "median and mean"): (
        f"{statistics.median(TIMES):.0f} ms and {statistics.fmean(TIMES):.1f} ms"
    ),
    ("06", "eight clients"): f"{len(range(0, 1000, 2))}",
    ("07", "the light that is missing"): f"{float(1 - Fraction(2, 8)):.2f}",
    ("08", "false verdicts"): f"{stats.binom(40, 0.05).mean():.0f}",
    ("08", "how far the interval reaches"): f"{reach(spread(0.20)):.2f} points",
    ("08", "a larger batch"): f"{math.sqrt(0.001**2 * 4):g}",
    ("09", "a square in uint8"): f"{20 * 20 % 256}",
    ("09", "softmax twice"): (f"{special.softmax([1, 0, 0, 0]).max():.3f}, that is e / (e + 3)"),
    ("10", "what can be saved at most"): f"{float(Fraction(60, 45)):.2f} times",
    ("10", "multiplications of a convolution"): (
        f"{sum(1 for _ in itertools.product(range(100), range(9), range(2), range(4))):,}"
    ),
    ("10", "how long Adam remembers"): f"about {sum(0.95**step for step in range(1000)):.0f} steps",
    ("11", "normalise a batch"): f"{stats.zscore([2, 2, 8, 8])[0]:.1f}".replace("-", "−"),
    ("11", "the remembered mean"): f"{np.average([0, 5], weights=[99, 1]):.2f}",
    ("12", "drawn on a log scale"): f"{90 * stats.loguniform(0.0001, 0.1).cdf(0.001):.0f}",
    ("12", "standard error"): f"{100 * stats.binom(900, 0.9).std() / 900:.1f}",
    ("12", "grid and random search"): (
        f"{len(list(itertools.product(range(3), repeat=4)))} trials, 3 rates"
    ),
    ("13", "a first layer for colour"): f"{np.zeros((5, 5, 3, 16)).size + 16:,}",
    ("13", "the mean of a map"): f"{np.ones((4, 4, 5)).mean(axis=(0, 1)).size}",
    ("14", "a new head"): f"{np.zeros((128, 3)).size + 3:,}",
    ("15", "unequal parts"): f"{np.average([0.4, 0.8], weights=[96, 32]):.1f}",
    ("15", "gradients through a cable"): f"{np.zeros(500_000, 'float32').nbytes * 8 / 1e5:.0f} ms",
    ("15", "the rounds of a ring"): f"{len(distributed.ring(5)) - 1} rounds, a fifth in each",
    ("15", "four machines"): f"{float(Fraction(40, 12 + 20)):.2f} times",
}


def test_every_computed_key_is_recomputed():
    computed = {
        (number, question["name"])
        for number, quiz in RAW.items()
        for question in quiz
        if "{=" in question["right"]
    }
    assert computed == set(RECOMPUTED)


def test_where_a_number_is_asked_the_key_is_computed():
    number = re.compile(r"(about )?[−\d.,]+%?( (MB|ms|points|steps|times))?")
    asked = {which for which in QUESTIONS if number.fullmatch(QUESTIONS[which].right)}
    assert len(asked) > 20 and asked <= set(RECOMPUTED)


@pytest.mark.parametrize("which", RECOMPUTED, ids=" ".join)
def test_a_key_is_what_another_computation_gives(which):
    assert QUESTIONS[which].right == RECOMPUTED[which]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_each_notebook_has_a_quiz_whose_cells_are_there(path):
    quiz = QUIZZES[path.name[:2]]
    assert 5 <= len(quiz) <= 8
    for place in quizzes.places(quiz, Cells(path)).values():
        assert place.section and place.words, "the key names a heading, and words to look for"


def test_there_is_no_quiz_without_its_notebook():
    assert set(QUIZZES) <= {path.name[:2] for path in NOTEBOOKS}


@pytest.mark.parametrize("which", QUESTIONS, ids=" ".join)
def test_exactly_one_answer_is_right_and_each_other_has_its_misconception(which):
    question = QUESTIONS[which]
    options = question.options()
    assert [option.says for option in options if option.wrong is None] == [question.right]
    assert len(options) in (3, 4)
    for option in options:
        assert option.wrong is None or option.wrong.belief.endswith((".", ")"))


def test_the_right_answer_cannot_be_guessed_from_its_place_or_length():
    """By chance it would be longest in about 1 of 4 questions, and first in as many."""
    options = [question.options() for question in QUESTIONS.values()]
    places = [[option.wrong is None for option in each].index(True) for each in options]
    assert max(places.count(place) for place in range(4)) < 0.4 * len(places)
    words = [each for each in options if max(len(option.says) for option in each) > 20]
    longest = [max(each, key=lambda option: len(option.says)).wrong is None for each in words]
    assert 0.1 < np.mean(longest) < 0.45


def test_numbers_stand_in_order_and_all_else_in_the_same_order_everywhere():
    sizes = [
        [quizzes.size(option.says) for option in question.options()]
        for question in QUESTIONS.values()
    ]
    ordered = [each for each in sizes if each.count(float("inf")) <= 1]
    assert len(ordered) > 20 and all(each == sorted(each) for each in ordered)
    read_again = quizzes.read(ROOT)["01"]
    assert [each.options() for each in read_again] == [each.options() for each in QUIZZES["01"]]


GOOD = """
"01":
""" + "\n".join(
    f"""- name: question {number}
  ask: What is {number} + 1?
  right: "{{= {number} + 1 :.1f}}"
  because: It is.
  cell: one
  wrong:
  - says: "{number}"
    belief: Nothing is added.
  - says: "-1"
    belief: It is taken away.
    cell: two"""
    for number in range(5)
)


@pytest.fixture
def project(tmp_path):
    (tmp_path / quizzes.FILE).parent.mkdir(parents=True)

    def write(text):
        (tmp_path / quizzes.FILE).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_a_good_file_is_read(project):
    quiz = quizzes.read(project(GOOD))["01"]
    assert quiz[3].right == "4.0" and [option.says for option in quiz[3].options()] == [
        *("-1", "3", "4.0")
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"{= 3 + 1 :.1f}"', '"{= 3 + :.1f}"', "cannot be computed"),
        ('"{= 3 + 1 :.1f}"', '"{= 1 / 0}"', "division by zero"),
        ('"{= 3 + 1 :.1f}"', '"{= 3 + 1"', "without its"),
        ('"{= 3 + 1 :.1f}"', '"3"', "two answers are the same"),
        ("question 3", "question 2", "stands there twice"),
        ("belief: Nothing is added.", "", "belief: Field required"),
        ("belief:", "believe:", "believe: Extra inputs are not permitted"),
        ("ask: What is 3 + 1?", "ask: ''", "item 4, ask: String should have at least 1"),
        ("- name: question 4", "  name: question 4", "at least 5 items"),
        ('"01":', '"01": [', "cannot be read"),
        ('"01":', '"01": []\n\n"01":', "01 stands there twice"),
    ],
)
def test_a_mistake_in_the_file_is_named(project, old, new, said):
    with pytest.raises(PaperError) as caught:
        quizzes.read(project(GOOD.replace(old, new)))
    assert said in str(caught.value) and "quizzes.yaml" in str(caught.value)


def test_a_file_that_an_editor_saved_in_another_encoding_is_named(project):
    root = project(GOOD)
    (root / quizzes.FILE).write_bytes("# Größe\n".encode("latin-1"))
    with pytest.raises(PaperError, match=r"quizzes\.yaml cannot be read: .*utf-8"):
        quizzes.read(root)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PaperError, match=r"quizzes\.yaml cannot be read"):
        quizzes.read(tmp_path)
