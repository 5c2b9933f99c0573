"""The exercises of notebook 13: groups, layers for other images, nearest means, hidden pictures."""

from mnist_helpers.exercises import lettered, other_images
from mnist_helpers.exercises.core import Exercise

KINDS = PERSON, FILM, THING, PLACE, NONE = ("person", "film", "thing", "place", "none")
WHAT_STAYS = {"A": PERSON, "B": FILM, "C": THING, "D": NONE, "E": PLACE}
# Collection → what a wrong answer to it has overlooked.
AGAINST = {
    "A": "ask what a hundred of the digits have in common, and who will write the new ones",
    "B": "a quarter of a second later, the picture is nearly the same",
    "C": "five of the pictures show the same mushroom, and new ones are to be named",
    "D": "look for two pictures that have more in common than any other two",
    "E": "ask what is new when the network is at work, and what the pictures of each have in "
    "common",
}


def _collections(answer: object) -> None:
    against = {(letter, kind): AGAINST[letter] for letter in AGAINST for kind in KINDS}
    lettered.check_words(lettered.as_words(answer, KINDS), WHAT_STAYS, against)


EXERCISES = (
    Exercise(
        name="13.1",
        task="Say what stays together",
        check=_collections,
        right="What is new when the network is at work has to be new in validation, too.",
        hints=(
            "For each collection, ask: which pictures resemble each other, for a reason that has "
            "nothing to do with their class?",
            "Then: what will be new when the network is used? A new person, a new film, a new "
            "thing, a new place?",
            'One collection has no such groups: `"none"`.',
        ),
        code="""together = {
    "A": "person",
    "B": "film",
    "C": "thing",
    "D": "none",
    "E": "place",
}""",
        reasoning="A: a hand is known again, and new people will write. B: frames that follow "
        "each other are near-duplicates. C: the same mushroom five times. D: each letter has a "
        "writer of its own, so nothing ties two of them. E: each hospital has its own device, and "
        "the fifth one has another.",
    ),
    Exercise(
        name="13.2",
        task="Count weights for other images",
        check=other_images.check_weights,
        right="The two layers between them do not see what changed: only the dense layer after "
        "`Flatten` depends on height and width.",
        hints=(
            "The first layer: a kernel covers 3×3 pixels in each channel, and has one bias.",
            "There are 32 kernels, and three channels.",
            "The last layer: each class has a weight for each of the 64 numbers, and a bias.",
        ),
        code="""first_layer = (3 * 3 * 3 + 1) * 32
last_layer = (64 + 1) * 100""",
        reasoning="3·3·3 = 27 weights and a bias are 28 for a kernel, 896 for all 32. 64 weights "
        "and a bias are 65 for a class, 6,500 for all 100.",
    ),
    Exercise(
        name="13.3",
        task="The nearest mean, for any images",
        check=other_images.check_means,
        right="It works for CIFAR-100 as it stands: the shape and the classes come from the data.",
        hints=(
            "There are `labels.max() + 1` classes. `images[labels == label].mean(axis=0)` is the "
            "mean image of one.",
            "For one image that is asked about, `((means - image) ** 2)` has an axis for the "
            "classes in front. Sum over all the others: `.reshape(len(means), -1).sum(axis=1)`.",
            "`argmin` gives the number of the nearest mean, which is the label. Gather the labels "
            "of all in a list.",
        ),
        code="""def nearest_mean(images, labels, asked):
    means = []
    for label in range(labels.max() + 1):
        means.append(images[labels == label].mean(axis=0))
    means = np.array(means)
    answers = []
    for image in asked:
        squares = (means - image) ** 2
        distances = squares.reshape(len(means), -1).sum(axis=1)
        answers.append(distances.argmin())
    return np.array(answers)""",
        reasoning="`reshape(len(means), -1)` puts all numbers of an image into one row, whatever "
        "its shape: that is why the function takes grey images and colour alike. Means are "
        "floats, so that nothing wraps around.",
    ),
    Exercise(
        name="13.4",
        task="Pass the hidden pictures",
        check=other_images.check_cleaned,
        right="With the emblem or without it, the hidden pictures look the same now, and their "
        "digits are still there.",
        hints=(
            "The frame in the figure of covered places says where the emblem is: which rows, "
            "which columns?",
            "`images[:, :12, 36:]` are rows 0 to 11 and columns 36 to 47 of all pictures.",
            "Put one fixed number there, in a copy, and return the copy.",
        ),
        code="""def clean(images):
    cleaned = images.copy()
    cleaned[:, :12, 36:] = 128
    return cleaned""",
        reasoning="What is covered in *all* pictures, in the same shade, can tell the network "
        "nothing. It works since we know what to cover. Gathering anew works without that.",
    ),
)
