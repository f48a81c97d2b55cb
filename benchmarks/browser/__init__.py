"""Training in the browser: the emitted kernels against hand-written ones, in one page."""
