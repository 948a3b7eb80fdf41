// A file server for this folder, on this machine only: npm start
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const KINDS = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.png': 'image/png' };
const port = Number(process.env.PORT ?? 8080);

createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  try {
    const data = await readFile(join(import.meta.dirname, path === '/' ? 'index.html' : path));
    response.writeHead(200, { 'content-type': KINDS[extname(path)] ?? (path === '/' ? 'text/html' : 'application/octet-stream') });
    response.end(data);
  } catch {
    response.writeHead(404).end();
  }
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
