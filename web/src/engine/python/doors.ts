/**
 * Keeps a person's code to itself. The server's policy for this worker allows requests to the site alone and no text
 * to be run as JavaScript; here the means to ask for anything are taken away as well, for hosts without a policy.
 * Not a prison: Python's own modules hold on to parts of Pyodide, and who digs for them can post messages to the page,
 * which takes them for answers.
 */

/** What `import js` would give: only the clocks that Python's event loop needs. */
export function openWindow(): object {
  const { setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, performance } = self;
  return { setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, performance };
}

const DOORS = [
  ...[
    'fetch',
    'XMLHttpRequest',
    'WebSocket',
    'WebSocketStream',
    'WebTransport',
    'EventSource',
    'RTCPeerConnection',
  ],
  ...['indexedDB', 'caches', 'cookieStore', 'BroadcastChannel', 'importScripts', 'Worker', 'SharedWorker'],
  ...['FileReaderSync', 'webkitRequestFileSystem', 'webkitRequestFileSystemSync', 'createImageBitmap'],
];
const INNER_DOORS = ['storage', 'locks', 'serviceWorker', 'usb', 'serial', 'hid'];

/** Takes network and storage away from this worker, for good. */
export function closeDoors(): void {
  for (const name of DOORS) close(self, name);
  for (const name of INNER_DOORS) close(self.navigator, name);
}

function close(owner: object, name: string): void {
  for (let holder: object | null = owner; holder; holder = Object.getPrototypeOf(holder) as object | null) {
    Reflect.deleteProperty(holder, name);
  }
  Object.defineProperty(owner, name, { value: undefined, writable: false, configurable: false });
}
