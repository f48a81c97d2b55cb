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


if __name__ == "__main__":
    app.run()
