"""The command palette: everything that a key or a slash command does, in groups, found by any of its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from charrnn_tui.prompt.commands import COMMANDS

if TYPE_CHECKING:
    from charrnn_tui.tui.screens.main import MainScreen

GROUPS = {
    "Generate": (
        "again",
        "next_seed",
        "temperatures",
        "look",
        "many",
        "probable",
        "stop",
        "colder",
        "hotter",
        "style_first",
        "style_second",
        "style_before",
        "style_after",
        "mix_less",
        "mix_more",
        "sampling",
    ),
    "Generations": (
        "look",
        "copy_text",
        "copy_command",
        "keep",
        "unkeep",
        "favourites",
        "transcript",
        "earlier",
        "later",
        "line_above",
        "line_below",
        "page_up",
        "page_down",
    ),
    "Train": ("train", "training_form", "stop_training", "save_training", "halve_rate", "double_rate"),
    "Curves": (
        *(
            "panel",
            "next_tab",
            "timeline",
            "zoom",
            "smooth",
            "log_axis",
            "horizontal",
            "pin",
            "cursor_back",
            "cursor_on",
        ),
    ),
    "Show": ("models", "corpora", "context", "colour", "themes", "present", "screenshot", "help", "back", "quit"),
}
"""A group's name -> the ids of its entries, in the order in which they are listed. What is in none stands under
`OTHER`; slash commands stand under `TYPED`."""
OTHER = "More"
TYPED = "Type"


@dataclass(frozen=True)
class Entry:
    """One thing the palette does."""

    group: str
    title: str
    summary: str
    callback: Callable[[], object]


_WITHOUT_KEY = (
    ("stop_training", "Stop training", "End the run; it can be taken up again", "training('stop')"),
    ("save_training", "Save training now", "Write a checkpoint", "training('save')"),
    ("halve_rate", "Learning rate ÷ 2", "Slower learning from the next step on", "training('halve_rate')"),
    ("double_rate", "Learning rate × 2", "Faster learning from the next step on", "training('double_rate')"),
    ("smooth", "Smooth chart", "Smooth the training loss, or no longer", "training('smooth')"),
    ("context", "How far back models look …", "Bits a character by known characters, as curves", "context"),
    ("themes", "Theme …", "Colours of the screen, with a preview", "themes"),
    ("present", "Present to a class", "Large, without keys and borders; or no longer", "app.present"),
    ("screenshot", "Picture of the screen", "Save it (SVG) into a folder, under a new name", "app.picture"),
    ("quit", "Quit", "Leave the program", "app.quit"),
)


def commands(screen: MainScreen) -> list[Entry]:
    """What the keys of the screen do, what has no key, and the slash commands; group by group."""
    found: dict[str, Entry] = {}
    for binding in screen.BINDINGS:
        if isinstance(binding, Binding):
            act = _action(screen, binding.action)
            found[binding.id or ""] = Entry("", binding.description, binding.tooltip, act)
    for name, title, summary, action in _WITHOUT_KEY:
        found.setdefault(name, Entry("", title, summary, _action(screen, action)))
    listed = [(group, name) for group, names in GROUPS.items() for name in names if name in found]
    grouped = {name for _, name in listed}
    listed += [(OTHER, name) for name in found if name not in grouped]
    entries = [Entry(group, found[name].title, found[name].summary, found[name].callback) for group, name in listed]
    for command in COMMANDS.values():
        if command.takes_value:
            title, then = f"/{command.name} …", partial(screen.offer, f"/{command.name} ")
        else:
            title, then = command.usage, partial(screen.enter, f"/{command.name}")
        entries.append(Entry(TYPED, title, command.summary, then))
    return entries


def _action(screen: MainScreen, action: str) -> Callable[[], object]:
    async def run() -> None:
        await screen.run_action(action)

    return run


def score(entry: Entry, query: str) -> float:
    """How well an entry fits what was typed, from 0 (not at all) to 1.

    Each typed word must begin a word of its title, its help or its group, or else be part of the title.
    """
    typed = query.casefold().split()
    title, summary, group = (text.casefold() for text in (entry.title, entry.summary, entry.group))
    total = 0.0
    for word in typed:
        if _begins(word, title):
            total += 1.0
        elif word in title:
            total += 0.8
        elif _begins(word, summary):
            total += 0.5
        elif _begins(word, group):
            total += 0.3
        else:
            return 0.0
    return total / len(typed) if typed else 0.0


def _begins(word: str, text: str) -> bool:
    return any(part.startswith(word) or part.strip("/(:;,.").startswith(word) for part in text.split())


def display(entry: Entry, typed: Sequence[str] = ()) -> Content:
    """The group, then the title with what was typed underlined."""
    title = Content(entry.title)
    folded = entry.title.casefold()
    for word in typed:
        at = folded.find(word.casefold())
        if at >= 0:
            title = title.stylize("underline", at, at + len(word))
    return Content.assemble((f"{entry.group:<12}", "not bold"), title)


class Palette(Provider):
    """Offers `commands` to Textual's palette; other screens have none."""

    def _entries(self) -> list[Entry]:
        from charrnn_tui.tui.screens.main import MainScreen

        return commands(self.screen) if isinstance(self.screen, MainScreen) else []

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for entry in self._entries():
            yield DiscoveryHit(display(entry), entry.callback, entry.title, entry.summary)

    async def search(self, query: str) -> Hits:
        """Those that have every typed word; where none has, those whose title has the letters in this order."""
        entries = self._entries()
        found = [(score(entry, query), entry) for entry in entries]
        if any(fits for fits, _ in found):
            for fits, entry in found:
                if fits:
                    yield Hit(fits, display(entry, query.split()), entry.callback, entry.title, entry.summary)
            return
        matcher = self.matcher(query)
        for entry in entries:
            if (fits := matcher.match(entry.title)) > 0:
                yield Hit(fits, display(entry), entry.callback, entry.title, entry.summary)
