"""Plain data of the screen: what is shown and how it is laid out in lines, without a widget."""
