// In the page of a lesson that is being written: opens it again whenever its files change.
const script = document.currentScript;
const seen = script.dataset.version;
const address = new URL(`version?seen=${seen}`, script.src);
async function wait() {
  for (;;) {
    try {
      const answer = await fetch(address);
      if (answer.ok) {
        if ((await answer.text()) === seen) continue;
        return location.reload();
      }
    } catch {
      // The preview has ended, or is being started again: ask once a second.
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
wait();
