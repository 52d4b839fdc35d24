"""What is looked at before a long night: each check tells what it found."""

from pipeline.checkup.answering import Answering
from pipeline.checkup.certificate import CertificateCheck
from pipeline.checkup.disk import Disk, Needs
from pipeline.checkup.findings import Check, Checkup, Finding, Known, Level, examine
from pipeline.checkup.machine import Memory, OpenFiles, TimeZones
from pipeline.checkup.places import LedgerFile, ReportFolder, Rights

__all__ = [
    "Answering",
    "CertificateCheck",
    "Check",
    "Checkup",
    "Disk",
    "Finding",
    "Known",
    "LedgerFile",
    "Level",
    "Memory",
    "Needs",
    "OpenFiles",
    "ReportFolder",
    "Rights",
    "TimeZones",
    "examine",
]
