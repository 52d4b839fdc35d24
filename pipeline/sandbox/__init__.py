"""A local stand-in for the Reevo API: a second, independent reading of its contract.

It shares no code with the rest of the project, so that a misreading on one side
shows as a refusal on the other. Where the published contract is silent, the
stricter reading is taken, and the place says so.
"""
