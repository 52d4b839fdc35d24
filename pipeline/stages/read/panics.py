"""Calamine may panic over a damaged file; a panic is no Exception in Python."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import fastexcel

_PANIC = "PanicException"  # every Rust module has a class of its own, none importable
_STDERR = 2


@contextmanager
def panic_told() -> Iterator[None]:
    """Raises FastExcelError where calamine panics."""
    try:
        with _quiet():
            yield
    except BaseException as panic:
        if type(panic).__name__ != _PANIC:
            raise
        raise fastexcel.FastExcelError(str(panic)) from panic


@contextmanager
def _quiet() -> Iterator[None]:
    """Rust itself writes where it panicked, with all that led there."""
    try:
        kept = os.dup(_STDERR)
    except OSError:  # there is none
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    try:
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(nowhere)
        os.close(kept)
