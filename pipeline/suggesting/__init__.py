"""What a file holds, and a first draft of a mapping for it."""

from pipeline.suggesting.answers import Answers, Place
from pipeline.suggesting.draft import write_draft
from pipeline.suggesting.likeness import likest
from pipeline.suggesting.profile import ColumnProfile, profile_columns
from pipeline.suggesting.proposal import Proposal, propose
from pipeline.suggesting.roles import Guess
from pipeline.suggesting.words import Role

__all__ = [
    "Answers",
    "ColumnProfile",
    "Guess",
    "Place",
    "Proposal",
    "Role",
    "likest",
    "profile_columns",
    "propose",
    "write_draft",
]
