/** Light or dark: the person's choice, else the system's. `theme.js` applies a stored choice before the first paint. */

const KEY = 'backsight-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

class Theme {
  #dark = $state(false);
  /** Where colours are looked up: a notebook's figures have theirs in a shadow root. */
  home: HTMLElement = document.body;
  /** Changes whenever colours do: read it where a canvas must be painted again. */
  version = $state(0);

  constructor() {
    this.#follow();
    system.addEventListener('change', () => this.#follow());
    // Another tab may have chosen.
    window.addEventListener('storage', (event) => event.key === KEY && this.#apply(event.newValue));
  }

  get dark(): boolean {
    return this.#dark;
  }

  toggle(): void {
    const chosen = this.#dark ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // Storage may be forbidden: the choice then lasts for this page.
    }
    this.#apply(chosen);
  }

  /** Colours have changed by other means than ours. */
  changed(): void {
    this.version += 1;
  }

  #apply(chosen: string | null): void {
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
    this.#follow();
  }

  #follow(): void {
    const chosen = document.documentElement.dataset.theme;
    this.#dark = chosen ? chosen === 'dark' : system.matches;
    this.version += 1;
  }
}

export const theme = new Theme();

const known = new Map<string, [number, number, number]>();
let knownVersion = -1;

/** A colour token as numbers from 0 to 255, for painting pixels. */
export function resolveColour(token: string): [number, number, number] {
  if (knownVersion !== theme.version) known.clear();
  knownVersion = theme.version;
  let colour = known.get(token);
  if (!colour) known.set(token, (colour = measure(token)));
  return colour;
}

/** A 1×1 canvas turns any way of writing a colour into numbers. */
function measure(token: string): [number, number, number] {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  theme.home.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return [0, 0, 0];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
  return [r!, g!, b!];
}
