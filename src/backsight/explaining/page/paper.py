"""The guide's colours on light paper, for still pictures, which cannot ask a stylesheet."""

PAPER = {
    "paper": "#fdfbf4",
    "paper-raised": "#fffefa",
    "ink": "#263042",
    "ink-soft": "#535d70",
    "ink-faint": "#8b91a0",
    "pencil": "#c9c3b2",
    "positive": "#1f66a8",
    "negative": "#c2501c",
    "accent": "#1f66a8",
    "good": "#2a7a4b",
    "bad": "#b3261e",
}
"""By the names of web/src/look/tokens.css; a test holds the two equal."""
