// npm's `eventsource`: prints every event as a line of JSON. It reconnects and resumes by itself.
import { EventSource } from 'eventsource';

const { url, token } = JSON.parse(process.argv[2]);
const authorized = (input, init) =>
  fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

const source = new EventSource(`${url}?cursor=earliest`, { fetch: authorized });
source.addEventListener('order.paid', ({ data }) => process.stdout.write(`${data}\n`));

// Its timer does not keep the process alive.
setInterval(() => undefined, 60_000);
