"""What the screens show, without the widgets that show it: texts, rows of facts, form fields, keys."""
