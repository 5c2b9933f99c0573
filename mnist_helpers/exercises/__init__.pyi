from .guessing import guess as guess
from .guessing import guesses as guesses
from .replies import check as check
from .replies import hint as hint
from .replies import solution as solution
from .review import progress as progress
