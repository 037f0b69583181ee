"""The two fences around templates: a sandbox, and a short list of what template syntax may say at all.

Clauses and layouts shipped with ikzctl are reviewed like code, so they are rendered in this process. Were templates taken from
strangers, a child process with limits on time and memory would have to be added; the list below already leaves no way to loop
without data, to multiply text or to call anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from ikzctl.documents.filters import FILTERS, no_break
from ikzctl.documents.marks import Placeholder, printable, printed
from ikzctl.model.errors import UserError

_TAGS_ONLY = re.compile(r"[ \t]*(?:\{%[^%]*%\}[ \t]*)+")
MAX_SOURCE = 64_000
MAX_CONSTANT = 2_000
MAX_LOOP_DEPTH = 2
MAX_OUTPUT = 5_000_000

# Stricter than it could be: no {% set %}, because ten lines that each double a text fill the memory, and no clause needs it.
_CLAUSE_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Add,
    nodes.Sub,
    nodes.Concat,
    nodes.For,
    nodes.Filter,
    nodes.Test,
)
_LAYOUT_NODES: tuple[type[nodes.Node], ...] = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)


class TemplateRefused(UserError):
    """A template says something that templates may not say, or asks for something that is not there."""


class Fenced(ImmutableSandboxedEnvironment):
    """Every way to a template of this environment goes through `_parse`, and so through the list of allowed syntax."""

    allowed = _CLAUSE_NODES

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source) > MAX_SOURCE and self.allowed is _CLAUSE_NODES:
            raise TemplateSyntaxError(f"die Vorlage ist länger als {MAX_SOURCE} Zeichen", 1, name, filename)
        tree = super()._parse(source, name, filename)
        _check(tree, self, 0)
        self.treat_text(tree)
        return tree

    def treat_text(self, tree: nodes.Template) -> None:
        """Hook: what happens to the fixed text of a template before it is compiled."""

    def is_safe_callable(self, obj: Any) -> bool:
        return False


class ClauseEnvironment(Fenced):
    """For clause texts: the output is escaped text in the grammar of clauses, values wrapped in our signs."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        # trim_blocks takes the line end after every tag; a line that also holds words must keep it, or two items become one
        kept = "\n".join(_keep_line_end(line) for line in source.split("\n"))
        return super()._parse(kept, name, filename)

    def treat_text(self, tree: nodes.Template) -> None:
        # Values are escaped by autoescape; escaping the fixed text too makes the whole output of one kind again.
        for data in tree.find_all(nodes.TemplateData):
            data.data = str(escape(no_break(data.data)))


def _keep_line_end(line: str) -> str:
    if line.rstrip().endswith("%}") and not _TAGS_ONLY.fullmatch(line):
        return line.rstrip()[:-2] + "+%}"
    return line


class LayoutEnvironment(Fenced):
    """For layouts: holes that hold a name, nothing else."""

    allowed = _LAYOUT_NODES


def clause_environment(tests: Mapping[str, Callable[..., Any]] = MappingProxyType({})) -> ClauseEnvironment:
    """`tests` are added to `open` and `known`; a run over one form adds `included`."""
    env = ClauseEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=printed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    _empty(env)
    env.filters.update(FILTERS)
    env.tests.update({**tests, "open": is_open, "known": is_known})
    return env


def layout_environment() -> LayoutEnvironment:
    env = LayoutEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_finalize_plain)
    _empty(env)
    return env


def render(env: Fenced, source: str, context: Mapping[str, Any], where: str) -> str:
    """Render `source`; every failure names `where` (the clause or form) in German."""
    try:
        out = env.from_string(source).render(context)
    except TemplateSyntaxError as exc:
        raise TemplateRefused(f"Vorlage {where}, Zeile {exc.lineno}: {exc.message}") from None
    except TemplateError as exc:
        raise TemplateRefused(f"Vorlage {where}: {exc.message or type(exc).__name__}") from None
    except (TypeError, ValueError, KeyError, IndexError) as exc:
        raise TemplateRefused(f"Vorlage {where}: {type(exc).__name__}: {exc}") from None
    if len(out) > MAX_OUTPUT:
        raise TemplateRefused(f"Vorlage {where} erzeugt mehr als {MAX_OUTPUT} Zeichen.")
    return out


def is_open(value: object) -> bool:
    return isinstance(value, Placeholder)


def is_known(value: object) -> bool:
    """Neither open nor empty."""
    return bool(value) and not isinstance(value, Placeholder)


def _empty(env: Fenced) -> None:
    env.globals.clear()
    env.filters.clear()
    env.tests.clear()


def _finalize_plain(value: object) -> str:
    return printable(value)


def _check(node: nodes.Node, env: Fenced, loops: int) -> None:
    if type(node) not in env.allowed:
        raise TemplateSyntaxError(f"„{type(node).__name__}“ ist in Vorlagen nicht erlaubt", getattr(node, "lineno", 1))
    fault = _fault(node, env, loops)
    if fault:
        raise TemplateSyntaxError(fault, node.lineno)
    inside = loops + 1 if isinstance(node, nodes.For) else loops
    for child in node.iter_child_nodes():
        _check(child, env, inside)


def _fault(node: nodes.Node, env: Fenced, loops: int) -> str | None:
    """What is wrong with this node, apart from its kind."""
    if isinstance(node, nodes.Name) and node.name.startswith("_"):
        return f"der Name „{node.name}“ ist nicht erlaubt"
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return f"das Feld „{node.attr}“ ist nicht erlaubt"
    if isinstance(node, nodes.Getitem) and not _harmless_key(node.arg):
        return "in eckigen Klammern darf nur ein fester Wert stehen"
    if isinstance(node, nodes.Const) and len(str(node.value)) > MAX_CONSTANT:
        return f"ein fester Text ist länger als {MAX_CONSTANT} Zeichen"
    if isinstance(node, nodes.For):
        return _loop_fault(node, loops)
    if isinstance(node, nodes.Filter) and node.name not in env.filters:
        return f"den Filter „{node.name}“ gibt es nicht"
    if isinstance(node, nodes.Test) and node.name not in env.tests:
        return f"die Prüfung „{node.name}“ gibt es nicht"
    return None


def _harmless_key(key: nodes.Node) -> bool:
    return isinstance(key, nodes.Const) and not str(key.value).startswith("_")


def _loop_fault(node: nodes.For, loops: int) -> str | None:
    over: nodes.Node = node.iter
    while isinstance(over, nodes.Getattr):
        over = over.node
    if not isinstance(over, nodes.Name):
        return "eine Schleife darf nur über eine Angabe laufen"
    if node.recursive:
        return "eine Schleife darf sich nicht selbst aufrufen"
    if loops >= MAX_LOOP_DEPTH:
        return f"Schleifen dürfen höchstens {MAX_LOOP_DEPTH} tief stehen"
    return None
