// Serves a folder on the loopback address, opens one page of it in Chromium and prints `window.report` as JSON.
// node run.cjs CACHE FOLDER PAGE CHROMIUM
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');

const [cache, folder, page, executablePath] = process.argv.slice(2);
const { chromium } = require(path.join(cache, 'node', 'node_modules', 'playwright-core'));
const kinds = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json',
  '.png': 'image/png', '.css': 'text/css', '.xml': 'text/xml' };

const server = http.createServer((request, response) => {
  const name = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
  if (name === '/favicon.ico') { response.writeHead(204); response.end(); return; }
  const file = name.startsWith('/engine/')
    ? path.join(cache, 'node', 'node_modules', name.slice(8)) : path.join(folder, name);
  fs.readFile(file, (error, data) => {
    response.writeHead(error ? 404 : 200, { 'content-type': kinds[path.extname(file)] || 'application/octet-stream' });
    response.end(error ? '' : data);
  });
});

server.listen(0, '127.0.0.1', async () => {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'assetgen-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath, headless: true, viewport: { width: 1024, height: 768 },
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
  let status = 0;
  try {
    const tab = await context.newPage();
    const messages = [];
    tab.on('console', (message) => messages.push(`${message.type()}: ${message.text()}`));
    tab.on('pageerror', (error) => messages.push(`error: ${error.message}`));
    await tab.exposeFunction('screenshot', async (clip, file) => {
      const shot = await tab.screenshot({ clip, omitBackground: true });
      fs.writeFileSync(path.join(folder, file), shot);
    });
    await tab.goto(`http://127.0.0.1:${server.address().port}/${page}`);
    await tab.waitForFunction('window.report', null, { timeout: 60000 }).catch((error) => messages.push(`error: ${error.message}`));
    const report = await tab.evaluate('window.report || {}');
    process.stdout.write(JSON.stringify({ ...report, messages }));
  } catch (error) {
    process.stderr.write(String(error));
    status = 1;
  }
  await context.close();
  fs.rmSync(profile, { recursive: true, force: true });
  server.close();
  process.exit(status);
});
