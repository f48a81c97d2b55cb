"""An explanation whose inputs move: in the browser by its kernels, in Python by asking again."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from backsight.emit.compiled import compile as compile_program
from backsight.errors import BacksightError, GuardError
from backsight.explaining import page
from backsight.explaining.explanation import Explanation
from backsight.explaining.live import Recipe
from backsight.explaining.page.graph import picture
from backsight.ir.evaluate import Array, array_type, to_array
from backsight.notebook.view import View, refused, sendable_tree


class ExplanationView(View):
    """An explanation in a notebook: `explain(…).view()`, and what shows when it is a cell's last line.

    Attributes:
        inputs: the numbers it is at, by name: numbers, and arrays as nested lists. Setting some leaves the
            others as they are.
        selected: the name of the value that is pointed at; "" for none.
        explanation: the explanation at these inputs; `value` and `gradient` are its own.
    """

    kind = "explanation"
    shared = ("inputs", "selected")

    def __init__(self, explanation: Explanation) -> None:
        state = {"inputs": _plain(_recipe(explanation)), "selected": ""}
        super().__init__(_content(explanation), state)
        self._begin(explanation)

    def _begin(self, explanation: Explanation) -> None:
        recipe = _recipe(explanation)
        self.__dict__["_here"] = (self.__dict__["_state"]["inputs"], explanation)
        self.__dict__["_branch"] = compile_program(recipe.numbers.program)
        self.__dict__["_recipe"] = recipe

    # State --------------------------------------------------------------------------------------------------

    def accepted(self, name: str, value: Any) -> Any:
        if name == "selected":
            names = [step.name for step in self.explanation.forward]
            if value not in ("", *names):
                raise refused(f"nothing here is called {value!r}", remedy=f"select one of {', '.join(names)}")
            return value
        if not isinstance(value, Mapping):
            raise refused("inputs are set by name", remedy='for example inputs = {"x": 0.5}')
        known = self.__dict__["_state"]["inputs"]
        return {**known, **{given: _like(given, known, number) for given, number in value.items()}}

    def moved(self, name: str) -> None:
        if name != "inputs":
            return
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # the view shows the inf or nan itself
                self.__dict__["_branch"](*self._numbers())
        except GuardError:
            # Another branch has another derivation.
            explanation = self.explanation
            self._begin(explanation)
            self._tell(**_content(explanation))

    def _numbers(self) -> list[Any]:
        """The inputs as the function takes them."""
        recipe, inputs = self.__dict__["_recipe"], self.__dict__["_state"]["inputs"]
        values = zip(recipe.numbers.program.inputs, recipe.inputs, strict=True)
        return [_as(old, inputs[v.name]) if v.name in inputs else old for v, old in values]

    @property
    def explanation(self) -> Explanation:
        """The explanation at these inputs.

        Raises:
            BacksightError: as `explain`.
        """
        inputs = self.__dict__["_state"]["inputs"]
        if self.__dict__["_here"][0] != inputs:
            self.__dict__["_here"] = (inputs, self.__dict__["_recipe"].again(self._numbers()))
        found: Explanation = self.__dict__["_here"][1]
        return found

    @property
    def value(self) -> Any:
        return self.explanation.value

    @property
    def gradient(self) -> Any:
        return self.explanation.gradient

    # Pictures and pages -------------------------------------------------------------------------------------

    def picture(self) -> dict[str, str]:
        drawn = picture(self.explanation)
        return {"image/svg+xml": drawn} if drawn else {}

    def title(self) -> str:
        return f"The chain rule in {self.explanation.name}"

    def html(self) -> str:
        return self.explanation.html()

    def __repr__(self) -> str:
        return repr(self.explanation)


def view_of(explanation: Explanation) -> ExplanationView:
    """The explanation's view: the same one each time, so that what a cell shows can be set from another."""
    views = _recipe(explanation).views
    if not views:
        views.append(ExplanationView(explanation))
    return views[0]


def _recipe(explanation: Explanation) -> Recipe:
    if explanation.recipe is None:
        raise refused("this explanation does not say what it was made of", remedy="use `explain` anew")
    return explanation.recipe


def _content(explanation: Explanation) -> dict[str, Any]:
    recipe = _recipe(explanation)
    told = sendable_tree(recipe.data())
    return {"body": page.body(explanation), "told": told, "kernels": recipe.kernels()}


def _plain(recipe: Recipe) -> dict[str, Any]:
    """The inputs by name, as JSON has them."""
    own = len(recipe.inputs) - recipe.captured
    values = list(zip(recipe.numbers.program.inputs, recipe.inputs, strict=True))[:own]
    return {var.name: sendable_tree(to_array(value).tolist()) for var, value in values}


def _like(name: str, known: Mapping[str, Any], value: Any) -> Any:
    """A number or array for an input, as JSON has it."""
    if name not in known:
        raise refused(f"there is no input {name!r}", remedy=f"the inputs are {', '.join(known)}")
    try:
        given = to_array(value)
        array_type(given.tolist())
    except (BacksightError, TypeError) as error:
        raise refused(f"{name} cannot be {value!r}: {error}", "give it a number or an array") from None
    wanted = to_array(known[name]).shape
    if given.shape != wanted:
        raise refused(
            f"{name} has shape {wanted}, not {given.shape}",
            remedy="explain the function at such an array anew",
        )
    return sendable_tree(given.tolist())


def _as(old: Any, value: Any) -> Any:
    """A value from JSON as the kind of number or array that stood there."""
    array = to_array(value)
    data = [float(x) for x in array.data]
    if not array.shape:
        return int(data[0]) if isinstance(old, int) and data[0].is_integer() else data[0]
    if hasattr(old, "dtype") and hasattr(old, "reshape"):
        import numpy

        return numpy.array(data, dtype=old.dtype).reshape(array.shape)
    return Array(array.shape, data, to_array(old).dtype)
