"""`charrnn-tui corpora`: the texts that come with the program, and facts of any text file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import names, options
from charrnn_tui.cli.bars import bar
from charrnn_tui.cli.errors import WrongUse
from charrnn_tui.cli.group import Group
from charrnn_tui.files.limits import LARGEST_WHOLE

if TYPE_CHECKING:
    from charrnn_tui.text import Kind
    from charrnn_tui.text.summary import CorpusSummary

_NARROWEST = 40
_MOST_BARS = 30


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    group = typer.Typer(cls=Group, rich_markup_mode=None)
    group.callback(invoke_without_command=True)(corpora)
    group.command("list")(show_all)
    group.command(
        "show",
        epilog="""Examples:

\b
  charrnn-tui corpora show names
  charrnn-tui corpora show poems.txt --separator '\\n\\n'   poems set apart by empty lines
  charrnn-tui corpora show names.csv --column name         a column of a table
  charrnn-tui corpora show 'src/**/*.py'                   all files of a pattern, as one text
  charrnn-tui corpora show mail.txt --kind stream --json
""",
    )(show)
    app.add_typer(group, name="corpora", short_help="List the named corpora; show facts of a text.")


def corpora(context: typer.Context, as_json: options.JsonOption = False) -> None:
    """List the corpora that have a name; show facts of one, or of a text file.

    \b
    Examples:
      charrnn-tui corpora
      charrnn-tui corpora show names
      charrnn-tui corpora show poems.txt
    """
    if context.invoked_subcommand is None:
        show_all(as_json)


def show_all(as_json: options.JsonOption = False) -> None:
    """List the corpora that have a name: those that come with the program, and the source of Python's library."""
    from charrnn_tui.cli import output
    from charrnn_tui.cli.errors import remark
    from charrnn_tui.text import TextError
    from charrnn_tui.text.shipped import WHAT_THEY_HOLD, corpus_names
    from charrnn_tui.text.summary import summarise

    found = []
    for name in corpus_names():
        try:
            found.append(summarise(name, read_at_most=None, samples=3))
        except TextError as error:  # a Python without its source files
            remark(error)
    if as_json:
        output.write_json([_row(summary) for summary in found])
        return
    output.write_table(
        ("name", "items", "characters", "symbols", "what it holds"),
        [
            (
                summary.name,
                f"{summary.items:,}" if summary.kind == "lines" else "one text",
                f"{summary.characters:,}",
                f"{len(summary.symbols):,}",
                WHAT_THEY_HOLD.get(summary.name, ""),
            )
            for summary in found
        ],
        right="lrrrl",
    )


def _row(summary: CorpusSummary) -> dict[str, Any]:
    described = _describe(summary)
    columns = ("name", "what", "kind", "items", "lines", "characters", "symbols", "longest", "column", "label", "path")
    return {name: described[name] for name in columns if name in described} | {"example": _example(summary)}


def _example(summary: CorpusSummary) -> str:
    return summary.samples[len(summary.samples) // 2].strip() if summary.samples else ""


def show(
    corpus: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME|FILE]...",
            autocompletion=names.complete_corpus,
            help="A corpus, files, folders, patterns in quotes, or - (standard input).",
        ),
    ],
    n: Annotated[
        int, typer.Option("-n", "--number", metavar="N", min=0, max=LARGEST_WHOLE, help="How many samples.")
    ] = 8,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="lines|stream", help="Take it so, whatever it looks like.")
    ] = None,
    separator: Annotated[
        str | None, typer.Option("--separator", metavar="TEXT", help="What stands between items; \\n is a line feed.")
    ] = None,
    column: options.ColumnOption = None,
    label: options.LabelOption = None,
    encoding: options.EncodingOption = None,
    errors: options.ErrorsOption = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another seed shows other samples.")] = 0,
    as_json: options.JsonOption = False,
) -> None:
    """Show items, symbols, the longest item, samples and a histogram of lengths."""
    from charrnn_tui.cli import output
    from charrnn_tui.text.summary import summarise

    source = options.source_of(
        corpus,
        column=column,
        label=label,
        encoding=encoding,
        errors=errors,
        kind=checked_kind(kind),
        separator=unescaped(separator),
    )
    summary = summarise(source, read_at_most=None, samples=n, seed=seed)
    described = _describe(summary)
    if as_json:
        output.write_json(described)
    else:
        _print(described)


def checked_kind(kind: str | None) -> Kind | None:
    """The kind, where it is one. Raises WrongUse."""
    if kind not in (None, "lines", "stream"):
        raise WrongUse(f"the kind is lines or stream, not {kind!r}.")
    return kind  # type: ignore[return-value]


def unescaped(separator: str | None) -> str | None:
    """A separator as it was meant: \\n and \\t can hardly be typed otherwise. Raises WrongUse for an empty one."""
    if separator is None:
        return None
    if not separator:
        raise WrongUse("a separator holds at least one character.")
    return separator.replace("\\n", "\n").replace("\\t", "\t")


def _describe(summary: CorpusSummary) -> dict[str, Any]:
    """The summary for JSON. A running text has lines, a list has items, some of which may be equal."""
    from charrnn_tui.text.shipped import WHAT_THEY_HOLD, shipped_name
    from charrnn_tui.text.stdlib import PYTHON_STDLIB

    lists = summary.kind == "lines"
    counts = {"items": summary.items, "distinct": summary.distinct} if lists else {"lines": summary.items}
    return {
        "name": summary.name,
        "what": WHAT_THEY_HOLD.get(summary.name)
        if shipped_name(summary.files) or summary.name == PYTHON_STDLIB
        else None,
        "path": str(summary.files[0]) if len(summary.files) == 1 else None,
        "files": list(map(str, summary.files)),
        "encoding": summary.encoding,
        "column": summary.source.column,
        "label": summary.source.label,
        "labels": [list(pair) for pair in summary.labels],
        "columns": [column.name for column in summary.columns],
        "kind": summary.kind,
        "reason": summary.reason,
        "notes": list(summary.notes),
        **counts,
        "characters": summary.characters,
        "symbols": len(summary.symbols),
        "longest": summary.longest,
        "longest_item": summary.longest_item,
        "histogram": [list(pair) for pair in summary.histogram],
        "vocabulary": "".join(summary.symbols),
        "samples": list(summary.samples),
    }


def _print(described: dict[str, Any]) -> None:
    from charrnn_tui.cli import output
    from charrnn_tui.text import visible

    width = output.terminal_width()
    one = "item" if described["kind"] == "lines" else "line"
    facts = [
        ("corpus", described["name"] + (f": {described['what']}" if described["what"] else "")),
        ("file", described["path"]) if described["path"] else ("files", _files(described["files"])),
        ("encoding", described["encoding"]),
        ("kind", f"{described['kind']} ({described['reason']})"),
    ]
    if described["columns"]:
        facts.append(("columns", output.cut(", ".join(described["columns"]), max(20, width - 20))))
    if one == "item":
        facts.append(("items", f"{described['items']:,} ({described['distinct']:,} distinct)"))
    else:
        facts.append(("lines", f"{described['lines']:,}"))
    if described["labels"]:
        counted = ", ".join(f"{label} {count:,}" for label, count in described["labels"])
        facts.append(("labels", f"{len(described['labels']):,}: {output.cut(counted, max(20, width - 20))}"))
    facts += [
        ("characters", f"{described['characters']:,}"),
        ("symbols", f"{described['symbols']:,}: {output.cut(described['vocabulary'], max(20, width - 20))}"),
        ("longest", f"{described['longest']:,}: {output.cut(described['longest_item'], max(20, width - 20))}"),
    ]
    output.write_facts(facts)
    for note in described["notes"]:
        print(note)
    if described["samples"]:
        print(f"\n{output.bold('Samples')}")
        for sample in described["samples"]:
            print("  " + output.cut(visible(sample), width - 2))
    print(f"\n{output.bold(f'Lengths ({one}s of so many characters)')}")
    for line in histogram_lines(described["histogram"], width):
        print(line)


def _files(paths: list[str]) -> str:
    return f"{len(paths):,}: {', '.join(paths[:3])}{', …' if len(paths) > 3 else ''}"


def histogram_lines(histogram: list[list[int]], width: int) -> list[str]:
    """Bars of [length, count] pairs, grouped where there are more than thirty lengths."""
    step = -(-len(histogram) // _MOST_BARS)
    groups = [histogram[at : at + step] for at in range(0, len(histogram), step)]
    labels = [f"{g[0][0]}" if step == 1 else f"{g[0][0]}-{g[0][0] + step - 1}" for g in groups]
    counts = [sum(count for _, count in group) for group in groups]
    label_width, count_width = max(map(len, labels)), max(len(f"{count:,}") for count in counts)
    room = max(_NARROWEST, width) - label_width - count_width - 5
    most = max(counts)
    return [
        f"{label:>{label_width}} {count:>{count_width},} {bar(count / most * room)}".rstrip()
        for label, count in zip(labels, counts, strict=True)
    ]
