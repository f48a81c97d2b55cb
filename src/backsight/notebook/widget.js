// Draws the views of a notebook, each in a shadow root of its own: the notebook's styles and keys stay outside.

const drawers = typeof figures === 'undefined' ? { explanation, graph } : figures.drawers;
const SHEET = typeof figures === 'undefined' ? LOOK.style.replaceAll(':root', ':host').replace(/^body \{/m, '.paper {') : figures.style;

/** Paper and ink follow the notebook's theme where it names one, else the system's. */
function followTheme(host) {
  const { body, documentElement } = document;
  const choose = () => {
    const light = body.dataset.jpThemeLight;
    const named = documentElement.dataset.theme ?? body.dataset.theme;
    const dark = light === 'false' || body.classList.contains('dark') || named === 'dark';
    const chosen = dark ? 'dark' : light === 'true' || named === 'light' ? 'light' : 'light dark';
    if (host.style.colorScheme !== chosen) host.style.colorScheme = chosen;
  };
  choose();
  const observer = new MutationObserver(choose);
  for (const element of [body, documentElement]) {
    observer.observe(element, { attributeFilter: ['class', 'data-theme', 'data-jp-theme-light'] });
  }
  return () => observer.disconnect();
}

/** Fonts belong to the document: a style sheet in a shadow root cannot bring them. */
function loadFonts() {
  for (const [family, data] of Object.entries(LOOK.fonts)) {
    if ([...document.fonts].some((face) => face.family.includes(family))) continue;
    document.fonts.add(new FontFace(family, `url(data:font/woff2;base64,${data})`));
  }
}

/** The view of a model in an element; returns what takes it away again. */
async function render({ model, el }) {
  loadFonts();
  const host = document.createElement('div');
  host.dataset.lmSuppressShortcuts = 'true'; // JupyterLab leaves our keys to us
  host.addEventListener('keydown', (event) => event.stopPropagation());
  const root = host.attachShadow({ mode: 'open' });
  const style = document.createElement('style');
  style.textContent = SHEET;
  const paper = Object.assign(document.createElement('div'), { className: 'paper' });
  root.append(style, paper);
  el.append(host);
  const leave = followTheme(host);
  const stop = await drawers[model.get('kind')](shared(model), paper, root);
  return () => {
    stop?.();
    leave();
    host.remove();
  };
}

/** A model whose parts are set and heard of, each change by the other side only. */
function shared(model) {
  const seen = new Map();
  const heard = [];
  return {
    get: (name) => model.get(name),
    set(name, value) {
      seen.set(name, JSON.stringify(value));
      model.set(name, value);
      model.save_changes();
    },
    on(name, follow) {
      seen.set(name, JSON.stringify(model.get(name)));
      const changed = () => {
        const text = JSON.stringify(model.get(name));
        if (seen.get(name) === text) return;
        seen.set(name, text);
        follow(model.get(name));
      };
      model.on(`change:${name}`, changed);
      heard.push(() => model.off(`change:${name}`, changed));
    },
    stop: () => heard.forEach((forget) => forget()),
  };
}

/** A page without Python: the state is in the page. */
function standAlone(state, el) {
  const hearing = new Map();
  const told = (name) => hearing.get(name)?.forEach((follow) => follow());
  const model = {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      told(`change:${name}`);
    },
    save_changes() {},
    on: (name, follow) => hearing.set(name, [...(hearing.get(name) ?? []), follow]),
    off() {},
  };
  return render({ model, el });
}

async function imported(text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

// Explanations -------------------------------------------------------------------------------------------------

async function explanation(state, paper) {
  let steps;
  let numbers;
  async function draw() {
    const { body, told, kernels } = state.get('content');
    const module = kernels ? await imported(kernels) : {};
    const frame = Object.assign(document.createElement('div'), { className: 'frame', innerHTML: body });
    paper.replaceChildren(frame);
    steps = walk(frame, frame, (name) => state.set('selected', name));
    numbers = null;
    if (!kernels) return;
    const created = Object.fromEntries(
      ['numbers', 'nudges', 'paths'].map((name) => [name, module[name]?.create({}) ?? null]),
    );
    numbers = live(frame, frame, told, created, (inputs) => state.set('inputs', inputs));
    numbers.follow(state.get('inputs'));
    steps.open(state.get('selected'));
  }
  await draw();
  state.on('content', draw);
  state.on('inputs', (inputs) => numbers?.set(inputs));
  state.on('selected', (name) => steps.open(name));
  return state.stop;
}

// Graphs -------------------------------------------------------------------------------------------------------

function graph(state, paper) {
  const { svg, upright, details, title } = state.get('content');
  const narrow = paper.clientWidth > 0 && paper.clientWidth < 560;
  const make = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);
  const names = details.map(({ name }) => name);
  const about = new Map(details.map((detail) => [detail.name, detail]));
  const view = make('div', { className: 'view', tabIndex: 0, innerHTML: narrow ? upright : svg });
  view.setAttribute('role', 'group');
  view.setAttribute('aria-label', `${title}: arrow keys go from value to value, plus and minus zoom`);
  const says = make('output', { className: 'says' });
  const tools = make('div', { className: 'tools' });
  const drawing = view.firstElementChild;
  const whole = drawing.viewBox.baseVal;
  const all = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  let seen = { ...all };

  function look(next) {
    seen = next;
    drawing.setAttribute('viewBox', `${seen.x} ${seen.y} ${seen.width} ${seen.height}`);
  }
  function zoom(by, atX = 0.5, atY = 0.5) {
    const width = Math.min(all.width * 1.5, Math.max(160, seen.width * by));
    const scale = width / seen.width;
    const height = seen.height * scale;
    look({ x: seen.x + (seen.width - width) * atX, y: seen.y + (seen.height - height) * atY, width, height });
  }
  /** Units of the drawing per pixel of the screen. */
  const perPixel = () => {
    const { width, height } = drawing.getBoundingClientRect();
    return Math.max(seen.width / width, seen.height / height);
  };

  function show(name) {
    for (const node of view.querySelectorAll('.node')) node.classList.toggle('lit', node.dataset.node === name);
    for (const edge of view.querySelectorAll('.edge')) {
      edge.classList.toggle('lit', Boolean(name) && edge.dataset.edge.split('>').includes(name));
    }
    const detail = about.get(name);
    says.replaceChildren();
    if (!detail) {
      const ways = matchMedia('(pointer: coarse)').matches ? 'drag to move, + and − zoom' : 'drag to move, scroll with Ctrl to zoom';
      says.textContent = `${names.length} values. Point at one; ${ways}.`;
      return;
    }
    says.append(make('code', { textContent: detail.name }), ` ${[detail.shape, detail.how].filter(Boolean).join(', ')}`);
    if (detail.number) says.append(`, here ${detail.number}`);
    if (detail.line) says.append(make('code', { className: 'line', textContent: detail.line }));
  }
  function select(name) {
    show(name);
    state.set('selected', name);
  }

  view.addEventListener('keydown', (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by) {
      const here = names.indexOf(state.get('selected'));
      select(names[(here + by + names.length) % names.length] ?? names[0]);
    } else if (event.key === '+' || event.key === '=') zoom(0.8);
    else if (event.key === '-') zoom(1.25);
    else if (event.key === '0') look({ ...all });
    else if (event.key === 'Escape') select('');
    else return;
    event.preventDefault();
  });
  view.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = drawing.getBoundingClientRect();
      zoom(event.deltaY > 0 ? 1.15 : 0.87, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    },
    { passive: false },
  );
  let from = null;
  view.addEventListener('pointerdown', (event) => {
    from = { x: event.clientX, y: event.clientY, seen: { ...seen }, moved: false };
  });
  view.addEventListener('pointermove', (event) => {
    if (!from || !(event.buttons & 1)) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.moved && Math.abs(dx) + Math.abs(dy) < 5) return;
    if (!from.moved) view.setPointerCapture(event.pointerId);
    from.moved = true;
    const unit = perPixel();
    look({ ...seen, x: from.seen.x - dx * unit, y: from.seen.y - dy * unit });
  });
  view.addEventListener('pointerup', (event) => {
    const node = event.target.closest?.('.node');
    if (from && !from.moved) select(node ? node.dataset.node : '');
    from = null;
  });

  for (const [text, label, act] of [
    ['+', 'Zoom in', () => zoom(0.8)],
    ['−', 'Zoom out', () => zoom(1.25)],
    ['all', 'Show all', () => look({ ...all })],
  ]) {
    const button = make('button', { textContent: text, type: 'button', onclick: act });
    button.setAttribute('aria-label', label);
    tools.append(button);
  }
  const frame = make('div', { className: 'frame graph' });
  frame.append(make('h1', { textContent: title }), tools, view, says);
  paper.replaceChildren(frame);
  // A page goes on downwards: there an upright drawing may be as high as it needs to be read.
  const high = narrow ? Math.min(1200, all.height * Math.min(1, view.clientWidth / all.width)) : Math.min(560, all.height);
  view.style.setProperty('--high', `${Math.max(150, high)}px`);
  drawing.removeAttribute('width');
  drawing.removeAttribute('height');
  show(state.get('selected'));
  state.on('selected', show);
  return state.stop;
}

export default { render };
