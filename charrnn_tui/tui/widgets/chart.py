"""What charts share: a thin frame, the theme's colours, axes that are made anew for every size."""

from __future__ import annotations

from textual.color import Color
from textual.geometry import Size
from textual.reactive import reactive
from textual_hires_canvas import Canvas
from textual_plot import PlotWidget

_THIN = dict(zip("┏┓┗┛━┃┻┳┫┣", "╭╮╰╯─│─┬┤│", strict=True))


class Chart(PlotWidget, can_focus=False):
    """A plot that is looked at and not moved; `fit_axes` sets limits and ticks."""

    margin_top = reactive(0)
    margin_bottom = reactive(1)
    margin_left = reactive(6)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, allow_pan_and_zoom=False)
        self._fitted: Size | None = None
        """The size (cells) that the axes were made for."""

    def fit(self) -> None:
        """Make the axes anew."""
        self._fitted = self._scale_rectangle.size
        self.fit_axes(self._fitted.width or 30, self._fitted.height or 8)

    def fit_axes(self, columns: int, rows: int) -> None:
        """Set limits and ticks for a plot of so many cells."""
        raise NotImplementedError

    def _render_plot(self) -> None:
        if self._scale_rectangle.size != self._fitted:
            self.fit()
        super()._render_plot()
        self._lighten()

    def _lighten(self) -> None:
        """Draw the frame in thin lines: the curves are what one looks at."""
        canvas = self.query_one("#plot", Canvas)
        width, height = canvas.size
        edge = [(x, y) for y in (0, height - 1) for x in range(width)]
        edge += [(x, y) for x in (0, width - 1) for y in range(1, height - 1)]
        for x, y in edge:
            character, style = canvas.get_pixel(x, y)
            if thin := _THIN.get(character):
                canvas.set_pixel(x, y, thin, style)

    def colour(self, name: str) -> str:
        """A colour of the theme, for Rich."""
        value = self.app.theme_variables.get(name, "")
        if value.startswith("ansi_"):
            return value.removeprefix("ansi_")
        return value if value.startswith("#") else "default"

    @property
    def faint(self) -> str:
        """A colour between text and background: what is there but not looked at."""
        variables = self.app.theme_variables
        foreground, background = variables.get("foreground", ""), variables.get("background", "")
        if not (foreground.startswith("#") and background.startswith("#")):
            return "bright_black"
        return Color.parse(foreground).blend(Color.parse(background), 0.5).hex6
