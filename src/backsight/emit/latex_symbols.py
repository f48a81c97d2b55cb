"""What a Program's values are called in LaTeX."""

from __future__ import annotations

from backsight.emit.tex import name_tex
from backsight.ir.program import Program, Var


def symbols(program: Program) -> dict[str, str]:
    """TeX for every name; two names never look the same."""
    known = program.variables()
    inputs = {v.name for v in program.inputs}
    backward = {e.output.name for e in program.equations if e.note}
    found: dict[str, str] = {}
    given: dict[str, str] = {}
    for number, output in enumerate(program.outputs, 1):
        called = str(output) if isinstance(output, Var) and output.named else f"y{number}"
        if f"d{called}" in inputs:
            given[f"d{called}"] = name_tex(called)
        elif number == 1 and called == "y1":
            called = "cost" if backward else program.name
        if isinstance(output, Var) and not output.named and (number == 1 or f"d{called}" in given):
            found[output.name] = name_tex(called)  # nobody named what the function returns
    taken = {text: name for name, text in found.items()}
    top = found.get(str(program.outputs[0]), name_tex(str(program.outputs[0])))
    for name in known:
        of = name[1:] if name[1:] in known else name[1:].rstrip("_")
        text = found.get(name) or name_tex(name)
        if name in given:
            text = rf"\bar{{{given[name]}}}"
        elif name in backward and name[:1] == "d" and of in known:
            # Pulled back from given cotangents, an adjoint is nobody's derivative.
            bottom = name_tex(of)
            text = rf"\bar{{{bottom}}}" if given else rf"\frac{{\partial {top}}}{{\partial {bottom}}}"
        if taken.get(text, name) != name:
            text = rf"\mathtt{{{name.replace('_', chr(92) + '_')}}}"
        found[name], taken[text] = text, name
    return found
