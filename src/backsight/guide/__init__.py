"""Lessons written in Markdown become pages whose numbers are computed. See `backsight.guide.markdown`."""
