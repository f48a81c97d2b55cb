// Keeps the numbers of a page true when a person moves an input: kernels compute, this writes. No mathematics here.

/**
 * Puts sliders on the page and follows them.
 *
 * @param root what holds the page: a document or the root of a shadow
 * @param host the element that carries the page's state as classes
 * @param told what `Recipe.data()` says in Python
 * @param kernels `numbers`, `nudges` and `paths`, each created or null
 * @param moved called with the inputs after a person has moved one
 * @returns set(inputs): the same from outside
 */
function live(root, host, told, kernels, moved = () => {}) {
  const MINUS = '−';
  const inputs = new Map(told.inputs.map((input) => [input.name, { ...input, data: input.data.map(Number) }]));
  const form = root.querySelector('.inputs');
  const elsewhere = root.querySelector('.elsewhere');
  const fields = [];
  let wanted = 0;

  // Numbers ------------------------------------------------------------------------------------------------

  /** Python's `f"{value:.{digits}g}"`. */
  function general(value, digits) {
    const [mantissa, power] = value.toExponential(digits - 1).split('e');
    const trimmed = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
    if (+power >= -4 && +power < digits) return trimmed(value.toFixed(Math.max(0, digits - 1 - +power)));
    return `${trimmed(mantissa)}e${power[0]}${power.slice(1).padStart(2, '0')}`;
  }

  /** As src/backsight/explaining/shown.py writes a number. */
  function plain(value) {
    if (Number.isNaN(value)) return 'nan';
    if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
    const size = Math.abs(value);
    if (Number.isInteger(value) && size < 1e6) return String(value || 0);
    if (size >= 1e-4 && size < 1e6) return general(value, Math.max(4, String(Math.trunc(size)).length));
    return value.toExponential(3).replace(/e([+-])(\d)$/, 'e$10$2');
  }

  const minus = (text) => (text.startsWith('-') ? text.replaceAll('-', MINUS) : text);
  const signed = (text) => (text.startsWith('-') ? `(${text.replaceAll('-', MINUS)})` : text);

  /** A factor of a formula, as MathML. */
  function factor(value) {
    const sign = value < 0 ? '<mo form="prefix">−</mo>' : '';
    const size = Math.abs(value);
    let body;
    if (Number.isNaN(value)) body = '<mi mathvariant="normal">NaN</mi>';
    else if (size === Infinity) body = '<mi mathvariant="normal">∞</mi>';
    else {
      const [mantissa, power] = general(size, 4).split('e');
      const ten = power && `<msup><mn>10</mn><mrow>${+power < 0 ? '<mo form="prefix">−</mo>' : ''}<mn>${Math.abs(+power)}</mn></mrow></msup>`;
      body = !power ? `<mn>${mantissa}</mn>` : mantissa === '1' ? ten : `<mn>${mantissa}</mn><mo>×</mo>${ten}`;
    }
    const fence = (mark, side) => `<mo stretchy="false" form="${side}">${mark}</mo>`;
    return sign ? `${fence('(', 'prefix')}${sign}${body}${fence(')', 'postfix')}` : body;
  }

  const span = (className, text) => Object.assign(document.createElement('span'), { className, textContent: text });
  const number = (value) =>
    span(value < 0 ? 'negative' : value > 0 ? 'positive' : 'zero', minus(plain(value)));

  /** A number, a matrix between brackets, or the extent of a larger array. */
  function whole(data, shape) {
    if (!shape.length) return number(data[0]);
    if (shape.length <= 2 && Math.max(...shape) <= 4 && data.length) {
      const matrix = span('matrix', '');
      matrix.setAttribute('role', 'img');
      matrix.setAttribute('aria-label', [...data].map(plain).join(', '));
      matrix.style.gridTemplateColumns = `repeat(${shape.at(-1)},auto)`;
      matrix.append(...[...data].map(number));
      return matrix;
    }
    const sizes = shape.length > 1 ? shape.join(' × ') : `${shape[0]} numbers`;
    const order = Float64Array.from(data).sort();
    return span('', data.length ? `${sizes}, ${plain(order[0])} to ${plain(order.at(-1))}` : `${sizes}, none at all`);
  }

  // Computing ----------------------------------------------------------------------------------------------

  function run(kernel, extra = {}) {
    if (!kernel) return;
    for (const { name, data } of inputs.values()) kernel.arrays[name]?.set(data);
    for (const [name, value] of Object.entries(extra)) kernel.arrays[name]?.fill(value);
    kernel.run();
  }

  /** The array that is computed under a key; null where it never changes and stands on the page already. */
  function found(kernel, places, key) {
    const place = places[key];
    return typeof place === 'string' ? (inputs.get(place)?.data ?? kernel?.arrays[place] ?? null) : null;
  }

  const offset = (at, shape) => at.reduce((sum, i, axis) => sum * shape[axis] + i, 0);

  function write(element, data, shape) {
    const { form: kind, entry } = element.dataset;
    if (entry !== undefined) [data, shape] = [[data[offset(entry.split(' ').filter(Boolean).map(Number), shape)]], []];
    if (kind === 'value' || kind === 'number') element.replaceChildren(whole(data, shape));
    else if (kind === 'factor') element.innerHTML = factor(data[0]);
    else {
      const text = plain(data[0]);
      const written = {
        plain: () => minus(text),
        signed: () => signed(text),
        back: () => `↩ ${minus(text)}`,
        times: () => `×${minus(text)}`,
        quotient: () => minus(Number.isFinite(data[0]) ? general(data[0], 6) : text),
      }[kind]();
      if (element.textContent !== written) element.textContent = written;
    }
  }

  const marked = [...root.querySelectorAll('[data-live]')];
  const shapes = told.shapes ?? {};
  const shapeOf = (key) => shapes[key] ?? [];

  function refresh() {
    run(kernels.numbers);
    run(kernels.paths);
    const quotients = new Map();
    for (const element of marked) {
      const key = element.dataset.live;
      if (key.startsWith('nudge ')) {
        const at = element.dataset.nudge;
        quotients.set(at, [...(quotients.get(at) ?? []), element]);
        continue;
      }
      const [kernel, places] = key.startsWith('path ') ? [kernels.paths, told.paths] : [kernels.numbers, told.numbers];
      const data = found(kernel, places, key);
      if (data) write(element, data, shapeOf(key));
    }
    for (const [nudge, elements] of quotients) {
      run(kernels.nudges, { h: Number(nudge) });
      for (const element of elements) {
        const data = found(kernels.nudges, told.nudges, element.dataset.live);
        if (data) write(element, data, []);
      }
    }
    host.classList.add('moved');
    branch();
  }

  /** An `if` that goes another way than at the example: what is shown belongs to a branch that is not taken. */
  function branch() {
    const other = told.guards.filter(({ name, expected }) => {
      const value = kernels.numbers?.arrays[name]?.[0];
      return value !== undefined && (value !== 0) !== expected;
    });
    const lines = [...new Set(other.map(({ line }) => line).filter(Boolean))];
    elsewhere.hidden = !other.length;
    elsewhere.textContent = other.length
      ? `At these numbers an “if”${lines.length ? ` of line ${lines.join(', ')}` : ''} goes the other way: ` +
        'what is shown belongs to a branch that the function does not take here.'
      : '';
    host.classList.toggle('wrong-branch', other.length > 0);
  }

  // Sliders ------------------------------------------------------------------------------------------------

  function later() {
    wanted ||= requestAnimationFrame(() => {
      wanted = 0;
      refresh();
      moved(current());
    });
  }

  const nested = (data, shape) => {
    if (!shape.length) return data[0];
    const step = data.length / shape[0];
    return Array.from({ length: shape[0] }, (_, i) => nested(data.slice(i * step, (i + 1) * step), shape.slice(1)));
  };
  const current = () =>
    Object.fromEntries([...inputs.values()].filter(({ given }) => given).map(({ name, data, shape }) => [name, nested(data, shape)]));

  function slider(input, index) {
    const at = input.shape.length ? indexOf(index, input.shape) : '';
    const label = document.createElement('label');
    const name = span('name', `${input.name}${at}`);
    const range = Object.assign(document.createElement('input'), { type: 'range' });
    const field = Object.assign(document.createElement('input'), { type: 'text', inputMode: 'decimal' });
    let reach = input.reach;
    field.setAttribute('aria-label', `${input.name}${at}, typed`);
    range.setAttribute('aria-label', `${input.name}${at}`);
    const show = () => {
      const value = input.data[index];
      while (Math.abs(value) > reach) reach *= 2;
      Object.assign(range, { min: -reach, max: reach, step: reach / 200 });
      range.valueAsNumber = value;
      range.setAttribute('aria-valuetext', plain(value));
      range.style.setProperty('--share', `${(50 * (value + reach)) / reach}%`);
      field.value = minus(plain(value));
      field.removeAttribute('aria-invalid');
    };
    const take = (value) => {
      input.data[index] = value;
      show();
      later();
    };
    range.addEventListener('input', () => take(range.valueAsNumber));
    field.addEventListener('change', () => {
      const value = Number(field.value.trim().replace(/[−–]/g, '-').replace(',', '.'));
      if (field.value.trim() && Number.isFinite(value)) take(value);
      else field.setAttribute('aria-invalid', 'true');
    });
    label.append(name, range, field);
    show();
    fields.push(show);
    return label;
  }

  function indexOf(place, shape) {
    const at = [];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at.unshift(place % shape[axis]);
      place = Math.floor(place / shape[axis]);
    }
    return `[${at.join(', ')}]`;
  }

  const sliding = [...inputs.values()].filter((input) => input.reach !== null);
  /** Numbers stand side by side; those of an array are folded away. */
  function controls(input) {
    const sliders = input.data.map((_, index) => slider(input, index));
    if (!input.shape.length) return sliders;
    const details = document.createElement('details');
    const summary = Object.assign(document.createElement('summary'), { textContent: input.name });
    details.append(summary, ...sliders);
    return [details];
  }
  form.replaceChildren(...sliding.flatMap(controls));
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = !sliding.length;

  function set(values) {
    for (const [name, value] of Object.entries(values)) {
      const input = inputs.get(name);
      const data = [value].flat(Infinity).map(Number);
      if (input && data.length === input.data.length) data.forEach((x, i) => (input.data[i] = x));
    }
    for (const show of fields) show();
    refresh();
  }

  return {
    /** Numbers from outside: by name, nested as their shape says. */
    set,
    /** The same, if they are others than those shown. */
    follow(values) {
      if (JSON.stringify(values) !== JSON.stringify(current())) set(values);
    },
  };
}
