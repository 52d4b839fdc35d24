"""Reads request bodies: bytes in, a checked model out, or FastAPI's own refusal."""

from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, model: type[Model]) -> Model:
    """Checks the body; raises RequestValidationError with every mistake in it."""
    raw = await request.body()
    if not _is_json(request.headers.get("content-type", "")):
        raise RequestValidationError([_not_json(raw)])
    return parse(raw, model)


def parse(raw: bytes, model: type[Model]) -> Model:
    """Checks JSON text; raises RequestValidationError with every mistake in it."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise RequestValidationError(_locate(error)) from error


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _locate(error: ValidationError) -> list[dict[str, Any]]:
    errors = error.errors(include_url=False, include_context=False)
    return [
        {**each, "loc": ("body", *each["loc"]), "input": _show(each["input"])}
        for each in errors
    ]


def _not_json(raw: bytes) -> dict[str, Any]:
    return {
        "type": "model_attributes_type",
        "loc": ("body",),
        "msg": "Input should be a valid dictionary or object to extract fields from",
        "input": _show(raw),
    }


def _show(given: object) -> object:
    return given.decode(errors="replace") if isinstance(given, bytes) else given
