"""A page as text: template, styles and scripts become one file.

Each page has a folder with NAME.html, NAME.js and, if it needs looks of its own,
NAME.css; what all pages share lies here.
"""

import base64
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.pages.charts import number

_SHARED: Final = Path(__file__).parent
_LOOK, _SCRIPT = _SHARED / "look.css", _SHARED / "list.js"
# Control characters have no picture of their own, and some turn the letters around.
_PICTURES: Final = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: "\u2421",
    **{
        code: f"\\u{code:x}"
        for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
    },
}


def rendered(folder: Path, name: str, data: bytes, facts: dict[str, Any]) -> str:
    """The page NAME of a folder, made of `facts`; all texts in them are text in it.

    `data` is JSON for the page's script, made by `in_script`.
    """
    style = _text(_LOOK) + _text(folder / f"{name}.css")
    script = _text(_SCRIPT) + _text(folder / f"{name}.js")
    template = _environment(folder).get_template(f"{name}.html")
    return template.render(
        facts,
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        policy=_policy(style, script),
        data=Markup(data.decode()),  # noqa: S704
    )


def in_script(value: object) -> bytes:
    """JSON that no HTML parser mistakes for an end of the script element."""
    return orjson.dumps(value).replace(b"<", b"\\u003c")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([folder, _SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "n": lambda value: f"{value:,}",
        "number": number,
        "shown": _shown,
        "coded": _coded,
        "sentence": _sentence,
        "moment": _moment,
    }
    return environment


def _policy(style: str, script: str) -> str:
    """Nothing may be fetched, and only our own script and style count."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; "
        f"style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _shown(text: object) -> str:
    return str(text).translate(_PICTURES)


def _coded(text: str) -> Markup:
    """What stands between backticks is to be typed."""
    parts = (escape(_shown(part)) for part in text.split("`"))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if odd % 2 else part
        for odd, part in enumerate(parts)
    )


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
