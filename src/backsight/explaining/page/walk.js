// Walks through the steps that the page holds: which is shown, and what it lights. It computes nothing.

/**
 * @param root what holds the page: a document or the root of a shadow
 * @param host the element that carries the page's state as classes
 * @param stood called with the name of the stop that a step is about, whenever a person goes to one
 * @returns open(name): goes to the step about a stop
 */
function walk(root, host, stood = () => {}) {
  const all = (selector, within = root) => [...within.querySelectorAll(selector)];
  const paged = root === document;
  const tabs = all('[role=tab]');
  const panels = tabs.map((tab) => root.querySelector(`#${tab.getAttribute('aria-controls')}`));
  const steps = panels.map((panel) => all('.step', panel));
  const at = panels.map(() => 0);
  const [back, next] = all('.walk button');
  const count = root.querySelector('.walk output');
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let order = 0;

  const words = (step, key) => (step.dataset[key] ?? '').split(' ').filter(Boolean);

  /** Give a class to the elements whose `data-key` is among the wanted, and take it from all others. */
  const mark = (selector, key, className, wanted) => {
    for (const element of all(selector)) element.classList.toggle(className, wanted.has(element.dataset[key]));
  };

  function show(follow) {
    tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', i === order);
      tab.tabIndex = i === order ? 0 : -1;
      panels[i].hidden = i !== order;
    });
    const here = steps[order];
    const step = here[at[order]];
    const before = here.slice(0, at[order] + 1);
    host.classList.toggle('back', order > 0);
    here.forEach((s, i) => {
      s.classList.toggle('lit', s === step);
      s.classList.toggle('reached', i <= at[order]);
      s.querySelector('button').setAttribute('aria-expanded', s === step);
    });
    const names = (list, key) => new Set(list.flatMap((s) => words(s, key)));
    // The way back starts when every value is known, and the sum over paths when every slope is.
    const known = order === 0 ? names(before, 'nodes') : names(steps[0], 'nodes');
    const blamed = order === 0 ? new Set() : order === 1 ? names(before, 'nodes') : names(steps[1], 'nodes');
    const crossed = order === 0 ? new Set() : order === 1 ? names(before, 'edges') : names([step], 'edges');
    mark('.node', 'node', 'known', known);
    mark('.node', 'node', 'blamed', blamed);
    mark('.edge', 'edge', 'crossed', crossed);
    mark('.slope', 'edge', 'crossed', crossed);
    mark('.node', 'node', 'lit', new Set(words(step, 'nodes')));
    mark('.edge', 'edge', 'lit', new Set(words(step, 'edges')));
    mark('.source li', 'line', 'lit', new Set(words(step, 'lines')));
    back.disabled = order === 0 && at[0] === 0;
    next.disabled = order === panels.length - 1 && at[order] === here.length - 1;
    count.value = `${at[order] + 1} of ${here.length}`;
    if (follow) {
      into(step);
      stood(words(step, 'about')[0] ?? '');
      // Both ends of a lit edge, the step's own value last: that one must be in sight.
      const ends = words(step, 'edges').slice(0, 3).flatMap((edge) => edge.split('>'));
      for (const name of [...ends, ...words(step, 'nodes').slice(0, 1)]) {
        for (const node of all(`.node[data-node="${CSS.escape(name)}"]`)) within(node);
      }
      for (const line of all('.source li.lit').slice(0, 1)) within(line);
    }
    if (!paged) return;
    try {
      history.replaceState(null, '', `#${panels[order].id}-${at[order] + 1}`);
    } catch {
      // Inside a notebook's frame there is no address to keep.
    }
  }

  /** Scroll the page so that a step is in sight. */
  function into(step) {
    step.scrollIntoView({ block: 'nearest', behavior: still.matches ? 'auto' : 'smooth' });
  }

  /** Scroll only the box that holds an element: the page stays. */
  function within(element) {
    const box = element.closest('.drawing, .source');
    const mine = element.getBoundingClientRect();
    const theirs = box.getBoundingClientRect();
    if (!mine.width) return;
    const by = (low, high, first, last) => (low < first ? low - first - 24 : high > last ? high - last + 24 : 0);
    box.scrollTop += by(mine.top, mine.bottom, theirs.top, theirs.bottom);
    if (box.matches('.drawing')) box.scrollLeft += by(mine.left, mine.right, theirs.left, theirs.right);
  }

  function go(by) {
    const to = at[order] + by;
    if (to >= 0 && to < steps[order].length) at[order] = to;
    else if (order + by >= 0 && order + by < panels.length) {
      order += by;
      at[order] = by > 0 ? 0 : steps[order].length - 1;
    }
    show(true);
  }

  function open(panel, step) {
    order = panel;
    at[panel] = Math.min(Math.max(step, 0), steps[panel].length - 1);
    show(true);
  }

  back.addEventListener('click', () => go(-1));
  next.addEventListener('click', () => go(1));
  tabs.forEach((tab, i) => {
    tab.addEventListener('click', () => open(i, at[i]));
    tab.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.stopPropagation();
      event.preventDefault();
      open((i + by + tabs.length) % tabs.length, at[(i + by + tabs.length) % tabs.length]);
      tabs[order].focus();
    });
  });
  steps.forEach((list, i) => {
    list.forEach((step, j) => step.querySelector('button').addEventListener('click', () => open(i, j)));
  });
  for (const node of all('.node')) node.addEventListener('click', () => about(node.dataset.node));

  function about(name) {
    const found = steps[order].findIndex((s) => words(s, 'about').includes(name));
    if (found >= 0) open(order, found);
    return found >= 0;
  }

  root.addEventListener('keydown', (event) => {
    if (event.target.closest?.('input, textarea, select')) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest?.('.drawing, .source, .more')?.matches(':focus') && event.key.startsWith('Arrow')) return;
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    go(by);
  });

  /** A box fades out at the edges beyond which there is more. */
  function fade(box) {
    const right = box.scrollWidth - box.clientWidth - box.scrollLeft;
    const bottom = box.scrollHeight - box.clientHeight - box.scrollTop;
    const beyond = { left: box.scrollLeft, right, top: box.scrollTop, bottom };
    for (const [edge, pixels] of Object.entries(beyond)) {
      box.style.setProperty(`--${edge}`, pixels > 1 ? '1.75rem' : '0px');
    }
    box.classList.toggle(
      'more',
      Object.values(beyond).some((pixels) => pixels > 1),
    );
  }

  const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => fade(target)));
  for (const box of all('.drawing, .source, .formula')) {
    box.addEventListener('scroll', () => fade(box), { passive: true });
    sizes.observe(box);
  }

  const place = paged && /^#(\w+)-(\d+)$/.exec(location.hash);
  const named = place ? panels.findIndex((panel) => panel.id === place[1]) : -1;
  if (named >= 0) {
    order = named;
    at[named] = Math.min(Number(place[2]), steps[named].length) - 1;
  }
  host.classList.add('live');
  show(named >= 0);

  return {
    /** Goes to the step about a stop, without telling of it. */
    open(name) {
      const here = steps[order][at[order]];
      if (words(here, 'about').includes(name)) return;
      const tell = stood;
      stood = () => {};
      about(name);
      stood = tell;
    },
  };
}
