"""`charrnn-tui sample`: continue a prefix, or each line of standard input."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charrnn_tui.cli import beside as side_by_side
from charrnn_tui.cli import constrained, options
from charrnn_tui.cli.errors import FAILED, WrongUse, complain
from charrnn_tui.files.limits import LARGEST_WHOLE

if TYPE_CHECKING:
    from charrnn_tui.model import Model

Sampler = Callable[[Iterable[str], int], Iterator[str]]
"""Continues prefixes, the first of which is the item of the given number."""

_BATCH = 1024
_AUTO_FROM = 20_000
"""Items from which `--device auto` looks for a GPU: loading torch takes longer than fewer of them do."""


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command(
        "sample",
        short_help="Continue a prefix, or each line of stdin.",
        epilog="""Examples:

\b
  charrnn-tui sample De                     one name that begins with De
  charrnn-tui sample De -n 20 -t 0.5        twenty, more likely ones
  charrnn-tui sample -n 1000000 > names     as many as one wants, in constant memory
  charrnn-tui sample -m cultures --style finnish --style japanese=0.5
                                            under labels that a model has learnt
  charrnn-tui sample --match 'El*iel' --length 4:8 --unique --new -n 200
                                            what items must be (docs/writing.md)
  charrnn-tui sample --mix towns=0.3 -n 20  names, a little like towns
  charrnn-tui sample De --beside towns -n 5   two models, the same prefix, the same seed
  charrnn-tui sample -m poems -- "- "       after -- a prefix may begin with -
  printf 'De\\nAn\\n' | charrnn-tui sample -   continue each line
  charrnn-tui sample --json --seed 7 | jq   with item, seed and why it ended
""",
    )(sample)


def sample(
    prefix: Annotated[
        str, typer.Argument(metavar="PREFIX|-", help="What to continue; - reads one prefix a line from stdin.")
    ] = "",
    model: options.ModelOption = None,
    mix: options.MixOption = None,
    blend: options.BlendOption = False,
    n: Annotated[
        int, typer.Option("-n", "--number", metavar="N", min=1, max=LARGEST_WHOLE, help="Items for each prefix.")
    ] = 1,
    temperature: options.TemperatureOption = None,
    top_k: options.TopKOption = None,
    top_p: options.TopPOption = None,
    min_p: options.MinPOption = None,
    max_length: options.MaxLengthOption = None,
    seed: options.SeedOption = None,
    item: Annotated[
        int,
        typer.Option(
            "--item",
            metavar="K",
            min=0,
            max=LARGEST_WHOLE,
            help="Begin with item K of the seed instead of item 0.",
        ),
    ] = 0,
    style: options.StyleOption = None,
    match: constrained.MatchOption = None,
    length: constrained.LengthOption = None,
    unique: constrained.UniqueOption = False,
    new: constrained.NewOption = False,
    avoid: constrained.AvoidOption = None,
    ban: constrained.BanOption = None,
    beside: side_by_side.BesideOption = None,
    device: Annotated[
        str, typer.Option("--device", metavar="cpu|cuda|auto", help="Where to compute; cuda pays for many items.")
    ] = "cpu",
    null: Annotated[
        bool, typer.Option("--null", "-0", help="End each item with a zero byte, not a line feed.")
    ] = False,
    as_json: options.JsonOption = False,
) -> None:
    """Continue a prefix: one item a line, the prefix included.

    Items of a model that writes line feeds (poems, running text) take several lines and are set apart by an empty
    one; -0 and --json tell them apart exactly. In a terminal, control characters are shown; in a pipe they are sent.
    """
    from charrnn_tui.cells import blas
    from charrnn_tui.model.library import Library
    from charrnn_tui.prompt.generations import top_command
    from charrnn_tui.prompt.settings import load_config
    from charrnn_tui.prompt.steering import Steering

    if as_json and null:
        raise WrongUse("--json and --null do not go together: a JSON row ends with its line.")
    if item + n - 1 > LARGEST_WHOLE:
        raise WrongUse(f"items are numbered up to {LARGEST_WHOLE}: give a smaller --item or --number.")
    if beside is not None:
        asked = bool(match or length or unique or new or avoid or ban)
        side_by_side.check_company(prefix, device, constrained=asked, null=null)
    typed = constrained.read(match, length, unique=unique, new=new, avoid=avoid, ban=ban)
    constraint = constrained.compiled(typed) if typed else None
    if constraint is not None:
        constrained.check_company(prefix, device)
    steering = Steering(typed, options.read_style(style), options.read_mix(mix, blend))
    if steering.mix and device not in ("cpu", "auto"):
        raise WrongUse("a mixture is computed on the CPU; leave out --device.")
    config = load_config()
    settings = options.sampling_settings(config, temperature, top_k, top_p, min_p)
    the_seed = options.choose_seed(seed, config)
    library = Library()
    base = options.open_model(library, model, config)
    opened = steering.steered(base, library)
    longest = options.choose_max_length(max_length, config, opened)
    if beside is not None:
        other = library.open(beside)
        side_by_side.write(
            (opened, other),
            prefix,
            n,
            settings=settings,
            seed=the_seed,
            first=item,
            longest=(longest, options.choose_max_length(max_length, config, other)),
            as_json=as_json,
        )
        return
    if constraint is not None:
        sink = _Sink(opened, seed=the_seed, max_length=longest + 1, as_json=as_json, null=null, many=n > 1)
        draws = opened.draws(constraint, prefix, settings=settings, seed=the_seed, max_length=longest)
        top = top_command(prefix, base.name, n, max_length, steering)
        raise typer.Exit(constrained.write(draws, n, sink.put, first=item, as_json=as_json, top=top))
    if prefix == "-" or n >= _BATCH:
        blas.set_threads(blas.idle_cores())
    continue_all = (
        _torch_sampler(opened, device) if _wants_torch(device, n) and not steering.mix else opened.continue_all
    )
    on_cpu = continue_all == opened.continue_all

    def sampler(prefixes: Iterable[str], first_item: int) -> Iterator[str]:
        # One item alone is fastest as a stream; many share the arithmetic. A GPU knows what suits it.
        alone = n == 1 and prefix != "-"
        batch_size = {"batch_size": 1 if alone else _BATCH} if on_cpu else {}
        return continue_all(
            prefixes,
            settings=settings,
            seed=the_seed,
            first_item=first_item,
            max_length=longest,
            **batch_size,
        )

    sink = _Sink(opened, seed=the_seed, max_length=longest, as_json=as_json, null=null, many=n > 1 or prefix == "-")
    if prefix == "-":
        code = _from_stdin(opened, sampler, sink, n, item)
        raise typer.Exit(code)
    _from_argument(opened, sampler, sink, prefix, n, item)


def _wants_torch(device: str, n: int) -> bool:
    if device == "cpu":
        return False
    if device == "auto":
        from pathlib import Path

        return n >= _AUTO_FROM and Path("/dev/nvidiactl").exists()
    if device.partition(":")[0] != "cuda":
        raise WrongUse(f"the device is cpu, cuda or auto, not {device!r}.")
    return True


def _torch_sampler(model: Model, device: str) -> Callable[..., Iterator[str]]:
    """`Model.continue_all` on a GPU; `auto` makes do with the CPU where torch sees none.

    The sampler raises ModelError where the device is not there.
    """
    import torch

    if device == "auto" and not torch.cuda.is_available():
        return model.continue_all

    from charrnn_tui.model.torch_sampling import continue_all_torch

    return partial(continue_all_torch, model, device="cuda" if device == "auto" else device)


@dataclass
class _Sink:
    """Where the items go: rows of text, items ended by zero bytes, or JSON rows."""

    model: Model
    seed: int
    max_length: int
    as_json: bool
    null: bool
    many: bool

    def __post_init__(self) -> None:
        from charrnn_tui.cli import output

        several_lines = "\n" in self.model.vocabulary
        self._terminal = output.to_terminal() and not self.null
        self._keep_newlines = several_lines
        self._between = "\n" if several_lines and self.many and not (self.as_json or self.null) else ""
        self._end = "\0" if self.null else "\n"
        self._first = True

    def put(self, item: int, prefix: str, text: str) -> None:
        """Write one item."""
        if self.as_json:
            self._put_json(item, prefix, text)
            return
        if self._terminal:
            from charrnn_tui.cli import output
            from charrnn_tui.prompt.generations import NEW, is_new
            from charrnn_tui.text.safe import visible

            mark = output.dim(NEW) if is_new(self.model, text, ended=self._ended(prefix, text)) else ""
            text = visible(text, keep_newlines=self._keep_newlines) + mark
        between = "" if self._first else self._between
        self._first = False
        sys.stdout.write(f"{between}{text}{self._end}")

    def _ended(self, prefix: str, text: str) -> bool:
        """Whether the network ended the item, and not the maximum length."""
        return len(text) - len(prefix) < self.max_length

    def _put_json(self, item: int, prefix: str, text: str) -> None:
        from charrnn_tui.cli import output
        from charrnn_tui.prompt.generations import is_new

        ended = self._ended(prefix, text)
        row: dict[str, Any] = {
            "item": item,
            "seed": self.seed,
            "prefix": prefix,
            "text": text,
            "end": "end" if ended else "length",
            "new": is_new(self.model, text, ended=ended),
        }
        output.write_json(row, indent=None)


class _Flusher:
    """Sends what was written a few times a second: a reader sees items soon, and many cost few writes."""

    def __init__(self) -> None:
        import time

        self._now = time.monotonic
        self._due = 0.0

    def __call__(self) -> None:
        now = self._now()
        if now >= self._due:
            sys.stdout.flush()
            self._due = now + 0.1


def _from_argument(model: Model, sampler: Sampler, sink: _Sink, prefix: str, n: int, first_item: int) -> None:
    from charrnn_tui.cli.output import to_terminal
    from charrnn_tui.cli.progress import ProgressLine
    from charrnn_tui.sampling.prefix import clean_prefix

    begins = clean_prefix(prefix, model.vocabulary, model.info.kind)
    flush = _Flusher()
    quiet = to_terminal()
    with ProgressLine(n) as progress:
        for done, text in enumerate(sampler(repeat(prefix, n), first_item)):
            sink.put(first_item + done, begins, text)
            if not quiet and not done % 64:
                flush()
                progress.update(done)


class _Lines:
    """Lines of a file descriptor, taken as they come: what is there can be had without waiting for more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: deque[bytes] = deque()
        self._partial: list[bytes] = []
        self._ended = False
        self._number = 0

    def wait(self) -> bool:
        """Wait for a line; false where there will be none."""
        while not self._waiting and not self._ended:
            self._fill()
        return bool(self._waiting)

    def at_hand(self) -> Iterator[tuple[int, bytes]]:
        """(Number from 1, line) as long as no waiting is needed."""
        import select

        while True:
            while self._waiting:
                self._number += 1
                yield self._number, self._waiting.popleft()
            if self._ended or not select.select([self._descriptor], [], [], 0)[0]:
                return
            self._fill()

    def _fill(self) -> None:
        import os

        data = os.read(self._descriptor, 1 << 16)
        if not data:
            self._ended = True
            last = b"".join(self._partial)
            if last:
                self._waiting.append(last)
            return
        *whole, rest = data.split(b"\n")
        if whole:
            whole[0] = b"".join(self._partial) + whole[0]
            self._partial = []
            self._waiting.extend(whole)
        if rest:
            self._partial.append(rest)


def _from_stdin(model: Model, sampler: Sampler, sink: _Sink, n: int, first_item: int) -> int:
    """Answer each line in its order; a line that cannot be continued is named on stderr and passed over."""
    lines = _Lines(sys.stdin.fileno())
    prefixes = _Prefixes(model, lines, n)
    item = first_item
    flush = _Flusher()
    while lines.wait():
        for text in sampler(prefixes.at_hand(), item):
            sink.put(item, prefixes.begun.popleft(), text)
            item += 1
            flush()
        sys.stdout.flush()
    return FAILED if prefixes.failed else 0


class _Prefixes:
    """The prefixes that lines hold, each `n` times; those under way stand in `begun`."""

    def __init__(self, model: Model, lines: _Lines, n: int) -> None:
        self.begun: deque[str] = deque()
        self.failed = False
        self._model, self._lines, self._n = model, lines, n

    def at_hand(self) -> Iterator[str]:
        """Prefixes that are there without waiting."""
        from charrnn_tui.sampling.prefix import clean_prefix
        from charrnn_tui.text import UnknownSymbolsError

        vocabulary, kind = self._model.vocabulary, self._model.info.kind
        for number, line in self._lines.at_hand():
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            try:
                prefix = clean_prefix(line.removesuffix(b"\r").decode("utf-8"), vocabulary, kind)
                vocabulary.encode(prefix)
            except UnicodeDecodeError as error:
                self._pass_over(number, f"byte {error.start + 1} is not UTF-8.")
            except UnknownSymbolsError as error:
                self._pass_over(number, str(error))
            else:
                for _ in range(self._n):
                    self.begun.append(prefix)
                    yield prefix

    def _pass_over(self, number: int, why: str) -> None:
        self.failed = True
        complain(f"line {number} of the input is passed over: {why}")
