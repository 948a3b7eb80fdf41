// Runs scripts in Chromium for the tests: one line of JSON in ({url, code, options}), one line out ({value, errors, requests}).
const path = require("node:path");
const readline = require("node:readline");
const { chromium } = require(path.join(process.argv[2], "node_modules", "playwright-core"));

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const Script = Object.getPrototypeOf(async () => {}).constructor;

async function run(browser, { url, code, options = {}, clock = false }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: "dark", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30000);
  const errors = [];
  const requests = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error.stack)));
  page.on("request", (request) => requests.push(request.url()));
  try {
    if (clock) await page.clock.install({ time: 0 });
    const start = Date.now();
    await page.goto(url);
    await page.waitForSelector("html[data-ready]", { state: "attached" });
    const opened = Date.now() - start;
    const value = await new Script("page", "context", code)(page, context);
    return { value: value ?? null, errors, opened, requests: requests.filter((name) => !name.startsWith("data:")) };
  } catch (error) {
    return { failed: String(error.stack), errors };
  } finally {
    await context.close();
  }
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.argv[3], args: FLAGS });
  process.stdout.write("ready\n");
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await run(browser, JSON.parse(line))) + "\n");
  }
  await browser.close();
})();
