// Chromium's own EventSource or WebSocket, in a page of another origin: prints every event as a line of JSON.
import { chromium } from 'playwright-core';

const { url, tickets, page: address, kind } = JSON.parse(process.argv[2]);

// Both run in the page and use only browser APIs.
const listen = {
  // EventSource reconnects by itself with the same ticket.
  eventsource({ url, tickets }) {
    const source = new EventSource(`${url}?ticket=${tickets[0]}&cursor=earliest`);
    source.addEventListener('order.paid', ({ data }) => console.log(data));
  },
  websocket({ url, tickets }) {
    let cursor = 'earliest';
    const open = () => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}?ticket=${tickets.shift()}`, 'halftone.v1.json');
      socket.onopen = () => socket.send(JSON.stringify({ type: 'subscribe', cursor }));
      socket.onmessage = ({ data }) => {
        const { event } = JSON.parse(data);
        if (!event) return;
        cursor = event.id;
        console.log(JSON.stringify(event));
      };
      socket.onclose = () => setTimeout(open, 200);
    };
    open();
  },
  // The public gallery needs no ticket: EventSource reconnects and resumes by itself.
  gallery({ url }) {
    const source = new EventSource(`${url}?channel=gallery&cursor=earliest`);
    source.addEventListener('order.paid', ({ data }) => console.log(data));
  },
};

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
const page = await browser.newPage();
page.on('console', (message) => {
  const stream = message.type() === 'log' ? process.stdout : process.stderr;
  stream.write(`${message.text()}\n`);
});
process.once('SIGTERM', () => void browser.close().then(() => process.exit(0)));
await page.goto(address);
await page.evaluate(listen[kind], { url, tickets });
