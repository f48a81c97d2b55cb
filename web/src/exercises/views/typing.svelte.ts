/** Whether formulas are typed as plain text; kept where the browser allows. */

const KEY = 'backsight-plain-formulas';

class Typing {
  plain = $state(remembered());

  choose(plain: boolean): void {
    this.plain = plain;
    try {
      window.localStorage.setItem(KEY, plain ? 'yes' : 'no');
    } catch {
      // Not kept: asked again next time.
    }
  }
}

function remembered(): boolean {
  try {
    const kept = window.localStorage.getItem(KEY);
    if (kept !== null) return kept === 'yes';
  } catch {
    // As if it had not been asked.
  }
  // A phone's keyboard and a plain line go together best.
  return window.matchMedia?.('(pointer: coarse)').matches ?? false;
}

export const typing = new Typing();
