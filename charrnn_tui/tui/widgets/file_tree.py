"""A tree of the user's files, hidden ones left out, in which no file name can act as markup or as a command."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.text import Text, TextType
from textual import events
from textual.binding import Binding
from textual.widgets import DirectoryTree

from charrnn_tui.files import bounds
from charrnn_tui.text import visible


class FileTree(DirectoryTree):
    """A DirectoryTree that shows names as they are, control characters made visible."""

    BINDINGS = [Binding("backspace", "above", "Parent folder", id="files.above", tooltip="Show the parent folder")]
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    ICON_FILE = "  "

    async def _on_click(self, event: events.Click) -> None:
        # A first click on a file only shows it; folders open and close as ever.
        line = event.style.meta.get("line")
        node = self.get_node_at_line(line) if isinstance(line, int) else None
        if node is not None and not node.allow_expand and not (event.chain >= 2 and self.cursor_line == line):
            event.prevent_default()
            self.cursor_line = node.line

    def action_above(self) -> None:
        """Show the parent of the folder that is the root."""
        above = Path(self.path).resolve().parent
        if bounds.is_within(above):
            self.path = above

    def process_label(self, label: TextType) -> Text:
        """The name, safe to show, on one line."""
        return Text(visible(label if isinstance(label, str) else label.plain))

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Everything but hidden files and folders, and what this session may not use."""
        return [path for path in paths if not path.name.startswith(".") and bounds.is_within(path)]
