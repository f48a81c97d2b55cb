"""What the marimo test serves."""

import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import marimo as mo
    import numpy as np

    import backsight as bs

    return bs, mo, np


@app.cell
def _(bs, np):
    def neuron(x, w, b, t):
        z = x * w + b
        a = 1 / (1 + np.exp(-z))
        cost = (a - t) ** 2 / 2
        return cost

    how = bs.explain(neuron, 0.8, 1.0, -0.5, 1.0, argnums=(1, 2))
    return how, neuron


@app.cell
def _(how):
    how
    return


@app.cell
def _(how, mo):
    def move(_):
        how.view().inputs = {"w": -1.25}
        return "moved"

    ask = mo.ui.button(label="Ask Python", on_click=lambda _: f"w is {how.view().inputs['w']}")
    turn = mo.ui.button(label="Let Python move", on_click=move)
    mo.hstack([ask, turn])
    return ask, turn


@app.cell
def _(ask, mo):
    mo.md(f"Python says: {ask.value}")
    return


@app.cell
def _(bs, neuron):
    bs.graph(neuron, 0.8, 1.0, -0.5, 1.0)
    return


@app.cell
def _(bs):
    net = bs.train("xor", hidden=(3,), seed=3)
    net
    return (net,)


@app.cell
def _(mo, net):
    epoch = mo.ui.button(label="Which epoch?", on_click=lambda _: net.epoch)
    epoch
    return (epoch,)


@app.cell
def _(epoch, mo):
    mo.md(f"Python counts to {epoch.value}")
    return


@app.cell
def _(bs, np):
    weights = {"W1": np.array([[1.0, -0.5], [0.5, 1.0]]), "b1": [0.1, 0], "W2": [[1], [1]], "b2": [-1]}
    sheet = bs.fold(weights)
    sheet
    return (sheet,)


@app.cell
def _(mo, sheet):
    def lift(_):
        sheet.weights = {"b1": [4.25, 0]}
        return "lifted"

    where = mo.ui.button(label="How far?", on_click=lambda _: f"{sheet.t:.2f}")
    raised = mo.ui.button(label="Let Python lift", on_click=lift)
    mo.hstack([where, raised])
    return raised, where


@app.cell
def _(mo, where):
    mo.md(f"Python looks at {where.value}")
    return


@app.cell
def _(bs):
    starts = bs.atlas("xor", units=2, epochs=50)
    starts
    return (starts,)


@app.cell
def _(mo, starts):
    def pick(_):
        starts.selected = 7
        return "picked"

    count = mo.ui.button(label="How many?", on_click=lambda _: len(starts.outcomes))
    seventh = mo.ui.button(label="Let Python pick", on_click=pick)
    mo.hstack([count, seventh])
    return count, seventh


@app.cell
def _(count, mo):
    mo.md(f"Python knows {count.value} starts")
    return


if __name__ == "__main__":
    app.run()
