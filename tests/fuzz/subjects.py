"""All that is fuzzed, by its name."""

from tests.fuzz.answering import Answers, Bodies
from tests.fuzz.imports import Inspecting, Lookups, Mappings, Validating
from tests.fuzz.nights import Nights
from tests.fuzz.subject import Subject
from tests.fuzz.tables import Books, Tables

_ALL: tuple[Subject, ...] = (
    *(Tables(), Books(), Lookups(), Mappings(), Nights()),
    *(Bodies(), Answers(), Validating(), Inspecting()),
)
SUBJECTS = {subject.name: subject for subject in _ALL}
