"""What a run was, for those who are asked for help: without what its rows say."""

from pipeline.runs.bundle.contents import Part, Setting, parts_of
from pipeline.runs.bundle.zipped import write_bundle

__all__ = ["Part", "Setting", "parts_of", "write_bundle"]
