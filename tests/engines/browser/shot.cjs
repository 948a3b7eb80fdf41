// Opens an address in Chromium, holds the right arrow key for a second, and takes a picture before and after.
// node shot.cjs CACHE CHROMIUM ADDRESS BEFORE AFTER
const fs = require('fs');
const os = require('os');
const path = require('path');

const [cache, executablePath, address, before, after] = process.argv.slice(2);
const { chromium } = require(path.join(cache, 'node', 'node_modules', 'playwright-core'));

(async () => {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'assetgen-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath, headless: true, viewport: { width: 960, height: 720 },
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
  const tab = await context.newPage();
  const errors = [];
  tab.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  tab.on('pageerror', (error) => errors.push(error.message));
  await tab.goto(address);
  await tab.waitForSelector('canvas');
  await tab.waitForTimeout(2500);
  await tab.screenshot({ path: before });
  await tab.keyboard.down('ArrowRight');
  await tab.waitForTimeout(1000);
  await tab.screenshot({ path: after });
  await context.close();
  fs.rmSync(profile, { recursive: true, force: true });
  errors.forEach((error) => console.error(error));
  process.exit(errors.length ? 1 : 0);
})();
