/** Says on the page that it could not start, and why. */
export function couldNotStart(what: string): (error: unknown) => void {
  return (error) => {
    const notice = document.createElement('p');
    notice.setAttribute('role', 'alert');
    notice.className = 'noscript';
    notice.textContent = `${what} could not start: ${error instanceof Error ? error.message : String(error)}`;
    document.body.prepend(notice);
  };
}
