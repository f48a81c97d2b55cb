"""A queue: how the wait grows as more people come
Science"""


def wait(arrivals, speed):
    """Mean minutes in line before three clerks, by Erlang's formula."""
    clerks = 3
    load = arrivals / speed
    busy = load**3 / 6 / (1 - load / clerks)
    free = 1 + load + load**2 / 2
    chance = busy / (free + busy)
    return chance / (clerks * speed - arrivals)


# Where to look
arrivals = 0.8
speed = 0.4
